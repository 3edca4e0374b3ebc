# An echo client on websockets: python3 websockets_client.py URL
import asyncio
import sys

import websockets


async def main():
    async with websockets.connect(sys.argv[1], max_size=64 << 20) as connection:
        async for message in connection:
            await connection.send(message)


try:
    asyncio.run(main())
except (OSError, websockets.WebSocketException) as error:
    sys.exit(str(error))  # many cases want the client to refuse: that is no crash
