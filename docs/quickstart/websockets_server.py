# An echo server on websockets: python3 websockets_server.py HOST PORT
import asyncio
import sys

import websockets


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    async with websockets.serve(echo, sys.argv[1], int(sys.argv[2]), max_size=64 << 20):
        await asyncio.Future()


asyncio.run(main())
