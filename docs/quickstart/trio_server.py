# An echo server on trio-websocket: python3 trio_server.py HOST PORT
import sys

import trio
from trio_websocket import serve_websocket


async def echo(request):
    try:
        connection = await request.accept()
        while True:
            await connection.send_message(await connection.get_message())
    except Exception:
        pass  # the connection is over; without this, its end would end the server


async def main():
    await serve_websocket(echo, sys.argv[1], int(sys.argv[2]), ssl_context=None, max_message_size=64 << 20)


trio.run(main)
