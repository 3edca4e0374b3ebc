# An echo server on em-websocket: ruby em_server.rb HOST PORT
require "em-websocket"

EM.run do
  EM::WebSocket.run(host: ARGV[0], port: ARGV[1].to_i) do |connection|
    connection.onmessage { |text| connection.send(text) }
    connection.onbinary { |octets| connection.send_binary(octets) }
  end
end
