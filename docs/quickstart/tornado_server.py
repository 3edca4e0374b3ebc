# An echo server on Tornado: python3 tornado_server.py HOST PORT
import asyncio
import sys

import tornado.web
import tornado.websocket


class Echo(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def get_compression_options(self):
        return {}  # permessage-deflate, with the defaults

    async def on_message(self, message):
        await self.write_message(message, binary=isinstance(message, bytes))


async def main():
    app = tornado.web.Application([("/", Echo)], websocket_max_message_size=64 << 20)
    app.listen(int(sys.argv[2]), sys.argv[1])
    await asyncio.Event().wait()


asyncio.run(main())
