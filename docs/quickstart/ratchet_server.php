<?php
// An echo server on Ratchet: php ratchet_server.php HOST PORT
require __DIR__ . '/vendor/autoload.php';

use Ratchet\ConnectionInterface;
use Ratchet\Http\HttpServer;
use Ratchet\RFC6455\Messaging\MessageInterface;
use Ratchet\Server\IoServer;
use Ratchet\WebSocket\MessageComponentInterface;
use Ratchet\WebSocket\WsServer;

class EchoServer implements MessageComponentInterface
{
    public function onOpen(ConnectionInterface $connection) {}

    public function onMessage(ConnectionInterface $connection, MessageInterface $message)
    {
        $connection->send($message);
    }

    public function onClose(ConnectionInterface $connection) {}

    public function onError(ConnectionInterface $connection, \Exception $error)
    {
        $connection->close();
    }
}

IoServer::factory(new HttpServer(new WsServer(new EchoServer())), (int) $argv[2], $argv[1])->run();
