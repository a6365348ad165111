using System.CommandLine;
using System.Globalization;
using ImeiAgent.Agent.Access;
using ImeiAgent.Client;
using ImeiAgent.V1;

namespace ImeiAgent.Agent.Commands;

/// <summary>imei-agent pair and imei-agent clients: they ask the agent that runs on this machine, as any client does.</summary>
internal static class AccessCommands
{
    private const string Failed = "Exit codes: 0 done, 1 refused or no agent runs, 2 an option is wrong.";

    private static readonly Option<string?> s_agent = new("--agent")
    {
        Description = "The agent of this machine: unix:PATH or npipe:NAME. Else the variable IMEI_AGENT, else where it listens by itself.",
        HelpName = "ENDPOINT",
        Recursive = true,
    };

    /// <summary>imei-agent pair.</summary>
    public static Command Pair()
    {
        var role = new Option<string>("--role") { Description = "What the client may do: viewer, reader, technician, supervisor or owner.", HelpName = "ROLE", Required = true };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Where(r => r != Role.Unspecified).Select(Refusals.Name)]);
        var name = new Option<string>("--name") { Description = "What the client will be called, as in bench-3.", HelpName = "NAME", Required = true };
        var noQr = new Option<bool>("--no-qr") { Description = "Draw no QR code." };
        var pair = new Command("pair", $"Makes an invitation for a client of another machine: one line, good once and for 10 minutes. {Failed}") { role, name, noQr, s_agent };
        pair.SetAction((parsed, ct) => RunAsync(parsed, async client =>
        {
            CreatePairingResponse made = await client.CreatePairingAsync(
                new CreatePairingRequest { Name = parsed.GetRequiredValue(name), Role = Enum.Parse<Role>(parsed.GetRequiredValue(role), ignoreCase: true) }, ct);
            Console.WriteLine(made.Line);
            await Console.Error.WriteLineAsync($"""

                On the other machine, within 10 minutes:  imei context add {SafeText.Clean(Environment.MachineName)} LINE
                It will look for the agent at {string.Join(", ", made.Addresses)}. Whoever has the line has its rights: hand it to nobody else.
                """);
            if (!parsed.GetValue(noQr) && !Console.IsErrorRedirected)
                await Console.Error.WriteLineAsync(QrText.Draw(made.Line, colours: !OperatingSystem.IsWindows()));
        }, ct));
        return pair;
    }

    /// <summary>imei-agent clients list | revoke | rename.</summary>
    public static Command Clients()
    {
        var all = new Option<bool>("--all") { Description = "Those too that are revoked." };
        var list = new Command("list", "Lists the paired clients, the newest first.") { all };
        list.SetAction((parsed, ct) => RunAsync(parsed, async client =>
        {
            ListClientsResponse answer = await client.ListClientsAsync(new ListClientsRequest { WithRevoked = parsed.GetValue(all) }, ct);
            foreach (PairedClient one in answer.Clients)
                Console.WriteLine(Line(one));
            if (answer.Clients.Count == 0)
                await Console.Error.WriteLineAsync("No clients. To pair one: imei-agent pair --role technician --name NAME");
        }, ct));

        var asked = new Argument<string>("CLIENT") { Description = "Its name, or clients/... as imei-agent clients list shows it." };
        var reason = new Option<string>("--reason") { Description = "Why. Kept in the audit.", HelpName = "TEXT", Required = true };
        var revoke = new Command("revoke", "Takes a client's rights away, for good; its open streams and leases end at once.") { asked, reason };
        revoke.SetAction((parsed, ct) => RunAsync(parsed, async client =>
        {
            var request = new RevokeClientRequest { Client = parsed.GetRequiredValue(asked), Reason = parsed.GetRequiredValue(reason) };
            Console.WriteLine(Line((await client.RevokeClientAsync(request, ct)).Client));
        }, ct));

        var newName = new Argument<string>("NAME") { Description = "What it will be called." };
        var rename = new Command("rename", "Gives a client another name.") { asked, newName };
        rename.SetAction((parsed, ct) => RunAsync(parsed, async client =>
        {
            var request = new RenameClientRequest { Client = parsed.GetRequiredValue(asked), DisplayName = parsed.GetRequiredValue(newName) };
            Console.WriteLine(Line((await client.RenameClientAsync(request, ct)).Client));
        }, ct));
        return new Command("clients", $"The clients that were paired. {Failed}") { list, revoke, rename, s_agent };
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<AgentClient, Task> body, CancellationToken ct)
    {
        string? text = parsed.GetValue(s_agent) ?? Environment.GetEnvironmentVariable("IMEI_AGENT");
        AgentEndpoint? endpoint = AgentEndpoint.Default;
        string? fault = null;
        if (text is { Length: > 0 } && !AgentEndpoint.TryParse(text, out endpoint, out fault))
        {
            await Console.Error.WriteLineAsync($"imei-agent: --agent: {fault}");
            return AgentStartException.WrongOption;
        }
        try
        {
            await using var client = AgentClient.Connect(endpoint!);
            await body(client);
            return 0;
        }
        catch (AgentException e)
        {
            await Console.Error.WriteLineAsync($"imei-agent: {SafeText.Clean(e.Message)}");
            return AgentStartException.CannotRun;
        }
    }

    private static string Line(PairedClient client) => string.Join('\t',
        client.DisplayName, Refusals.Name(client.Role), client.Name,
        client.RevokeTime is not null ? $"revoked {Day(client.RevokeTime)}" : $"good until {Day(client.ExpireTime)}",
        client.SeenTime is null ? "never seen" : $"seen {Minute(client.SeenTime)} UTC from {client.SeenFrom}");

    private static string Day(Google.Protobuf.WellKnownTypes.Timestamp moment) => moment.ToDateTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Minute(Google.Protobuf.WellKnownTypes.Timestamp moment) => moment.ToDateTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
