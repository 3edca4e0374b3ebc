// An echo server on ws: node ws_server.js HOST PORT
const { WebSocketServer } = require('ws');

const [host, port] = process.argv.slice(2);
const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: true });

server.on('connection', (connection) => {
  connection.on('error', () => {}); // ws closes the connection by itself
  connection.on('message', (data, isBinary) => connection.send(data, { binary: isBinary }));
});
