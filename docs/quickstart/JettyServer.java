// An echo server on Jetty 9: java JettyServer.java HOST PORT
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketMessage;
import org.eclipse.jetty.websocket.api.annotations.WebSocket;
import org.eclipse.jetty.websocket.server.WebSocketHandler;
import org.eclipse.jetty.websocket.servlet.WebSocketServletFactory;

public class JettyServer {
  @WebSocket
  public static class Echo {
    @OnWebSocketMessage
    public void text(Session session, String text) throws IOException {
      session.getRemote().sendString(text);
    }

    @OnWebSocketMessage
    public void binary(Session session, byte[] octets, int offset, int length) throws IOException {
      session.getRemote().sendBytes(ByteBuffer.wrap(octets, offset, length));
    }
  }

  public static void main(String[] args) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(args[0]);
    connector.setPort(Integer.parseInt(args[1]));
    server.addConnector(connector);
    server.setHandler(new WebSocketHandler() {
      @Override
      public void configure(WebSocketServletFactory factory) {
        factory.getPolicy().setMaxTextMessageSize(64 << 20);
        factory.getPolicy().setMaxBinaryMessageSize(64 << 20);
        factory.register(Echo.class);
      }
    });
    server.start();
    server.join();
  }
}
