# An echo server on autobahn: python3 autobahn_server.py HOST PORT
import sys

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from twisted.internet import reactor


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)


def compress(offers):
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer)


factory = WebSocketServerFactory()
factory.protocol = Echo
factory.setProtocolOptions(perMessageCompressionAccept=compress)
reactor.listenTCP(int(sys.argv[2]), factory, interface=sys.argv[1])
reactor.run()
