# An echo server on aiohttp: python3 aiohttp_server.py HOST PORT
import sys

from aiohttp import WSMsgType, web


async def echo(request):
    connection = web.WebSocketResponse(max_msg_size=64 << 20)
    await connection.prepare(request)
    async for message in connection:
        if message.type == WSMsgType.TEXT:
            await connection.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await connection.send_bytes(message.data)
    return connection


app = web.Application()
app.router.add_get("/", echo)
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None, access_log=None)
