# An echo server on wsproto, a thread for each connection: python3 wsproto_server.py HOST PORT
import socket
import sys
import threading

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Message, Ping, Request, TextMessage
from wsproto.extensions import PerMessageDeflate
from wsproto.utilities import RemoteProtocolError


def serve(sock):
    protocol = WSConnection(ConnectionType.SERVER)
    with sock:
        while True:
            data = sock.recv(1 << 16)
            try:
                protocol.receive_data(data or None)
            except RemoteProtocolError as error:
                if error.event_hint:
                    sock.sendall(protocol.send(error.event_hint))
                return
            for event in protocol.events():
                if isinstance(event, Request):
                    sock.sendall(protocol.send(AcceptConnection(extensions=[PerMessageDeflate()])))
                elif isinstance(event, (TextMessage, BytesMessage)):
                    sock.sendall(protocol.send(Message(event.data, message_finished=event.message_finished)))
                elif isinstance(event, Ping):
                    sock.sendall(protocol.send(event.response()))
                elif isinstance(event, CloseConnection):
                    sock.sendall(protocol.send(event.response()))
                    return
            if not data:
                return


def serve_quietly(sock):
    try:
        serve(sock)
    except OSError:
        pass  # the peer is gone


listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=128)
while True:
    threading.Thread(target=serve_quietly, args=(listener.accept()[0],), daemon=True).start()
