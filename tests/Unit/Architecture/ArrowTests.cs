using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace ImeiAgent.Unit.Architecture;

/// <summary>Which room may know which. A forbidden arrow fails with its sentence.</summary>
public partial class ArrowTests
{
    private const string Diag = "ImeiAgent.Diag", Session = "ImeiAgent.Session", Vault = "ImeiAgent.Vault",
        Operations = "ImeiAgent.Operations", Contracts = "ImeiAgent.Contracts", Agent = "imei-agent", Client = "ImeiAgent.Client",
        Cli = "imei", Desktop = "imei-desktop", Simulator = "phone-simulator", Demo = "imei-demo";

    private static readonly string[] Rooms = [Diag, Session, Vault, Operations, Contracts, Agent, Client, Cli, Desktop, Simulator, Demo];

    public static TheoryData<string, string[], string> Allowed { get; } = new()
    {
        { Diag, [], "Diag knows nothing but the base class library: if it needs more it is in the wrong room." },
        { Session, [Diag], "Session knows Diag alone; it meets the vault in Operations." },
        { Vault, [Diag], "Vault knows Diag alone; it meets sessions in Operations." },
        { Operations, [Diag, Session, Vault], "Operations speak no proto: its types stop at the agent's services." },
        { Contracts, [], "Contracts are generated from the protos and know nobody." },
        { Agent, [Diag, Session, Vault, Operations, Contracts, Client], "The agent translates; its own commands (pair, clients) are a client of the one that runs. It knows no simulator." },
        { Client, [Contracts], "The client speaks the contract only." },
        { Cli, [Contracts, Client], "The command line speaks the contract only, through the client; what it shares with the desktop goes there." },
        { Desktop, [Contracts, Client], "The desktop speaks the contract only, through the client; what it shares with the command line goes there." },
        { Simulator, [Diag], "The simulator obeys the wire, not our classes." },
        { Demo, [Diag, Session, Vault, Operations, Contracts, Agent, Client, Cli, Simulator], "The demo puts agent, simulator and command line together." },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_room_knows_only_whom_it_may(string room, string[] allowed, string sentence)
    {
        string[] known = [.. Load(room).GetReferencedAssemblies().Select(a => a.Name!).Where(Rooms.Contains)];

        Assert.True(known.All(allowed.Contains), $"{sentence} {room} references {string.Join(", ", known.Except(allowed))}.");
    }

    [Fact]
    public void Diag_references_the_base_class_library_only()
    {
        string[] foreign = [.. Load(Diag).GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System.", StringComparison.Ordinal))];

        Assert.Empty(foreign);
    }

    [Theory]
    [InlineData(Session)]
    [InlineData(Vault)]
    [InlineData(Operations)]
    public void No_grpc_below_the_agent(string room)
    {
        string[] foreign =
        [
            .. Load(room).GetReferencedAssemblies().Select(a => a.Name!).Where(
                n => n.StartsWith("Grpc", StringComparison.Ordinal) || n.StartsWith("Google", StringComparison.Ordinal) || n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)),
        ];

        Assert.Empty(foreign);
    }

    [Fact]
    public void The_agents_services_reach_phones_and_vault_only_through_operations()
    {
        string[] files = Directory.GetFiles(Path.Combine(SourceDirectory(), "Agent", "Services"), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);

        string[] guilty =
        [
            .. from file in files
               from line in File.ReadLines(file)
               where BelowOperations().IsMatch(line)
               select $"{Path.GetFileName(file)}: {line.Trim()}",
        ];

        Assert.True(guilty.Length == 0, $"Agent/Services knows no Session, Vault or Diag, only Operations: {string.Join("; ", guilty)}");
    }

    [Fact]
    public void The_agents_mapping_knows_nouns_and_no_sessions()
    {
        string[] files = Directory.GetFiles(Path.Combine(SourceDirectory(), "Agent", "Mapping"), "*.cs");
        Assert.NotEmpty(files);

        Assert.DoesNotContain(files, f => Regex.IsMatch(File.ReadAllText(f), @"\busing\s+ImeiAgent\.(Session|Vault)\b"));
    }

    [Theory]
    [InlineData("Operations")]
    [InlineData("Agent/Services")]
    [InlineData("Agent/Mapping")]
    public void What_handles_requests_opens_no_files(string folder)
    {
        string[] files = Directory.GetFiles(Path.Combine(SourceDirectory(), folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);

        string[] guilty =
        [
            .. from file in files
               where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
               from line in File.ReadLines(file)
               where OpensFiles().IsMatch(line)
               select $"{Path.GetFileName(file)}: {line.Trim()}",
        ];

        Assert.True(guilty.Length == 0, $"What clients say never names a file of the agent's machine: files are the vault's, the key files' and the ports' own. {string.Join("; ", guilty)}");
    }

    [GeneratedRegex(@"(?<![\w.""])(File|FileStream|FileInfo|Directory|DirectoryInfo|StreamReader|StreamWriter|Process)(\.|\s*\()")]
    private static partial Regex OpensFiles();

    [GeneratedRegex(@"\b(using\s+(static\s+|\w+\s*=\s*)?ImeiAgent\.|(?<![\w.])(ImeiAgent\.)?)(Session|Vault|Diag)(\.|;)")]
    private static partial Regex BelowOperations();

    private static Assembly Load(string room) => Assembly.Load(new AssemblyName(room));

    internal static string SourceDirectory()
    {
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
            if (File.Exists(Path.Combine(up.FullName, "ImeiAgent.sln")))
                return Path.Combine(up.FullName, "src");
        throw new InvalidOperationException("The tests do not run inside the source tree.");
    }
}
