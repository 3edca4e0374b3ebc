// An echo server on ASP.NET Core, the Program.cs of "dotnet new web": dotnet run -- HOST PORT
using System.Net.WebSockets;

var app = WebApplication.Create();
app.UseWebSockets();
app.Run(async context =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = 400;
        return;
    }
    using var connection = await context.WebSockets.AcceptWebSocketAsync(
        new WebSocketAcceptContext { DangerousEnableCompression = true });
    var buffer = new byte[65536];
    while (true)
    {
        var part = await connection.ReceiveAsync(buffer, default);
        if (part.MessageType == WebSocketMessageType.Close)
        {
            await connection.CloseAsync(connection.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, default);
            return;
        }
        await connection.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, default);
    }
});
app.Run($"http://{args[0]}:{args[1]}");
