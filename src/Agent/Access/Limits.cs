namespace ImeiAgent.Agent.Access;

/// <summary>How much of the agent one client may take. The agent's own machine may take more, since whoever is there could end the agent anyway.</summary>
internal sealed record Limits
{
    /// <summary>Calls of one client that are open at once, streams included.</summary>
    public int OpenCalls { get; init; } = 32;

    /// <summary>The same of all callers of the agent's own machine together.</summary>
    public int OpenLocalCalls { get; init; } = 512;

    /// <summary>The same of one address without a certificate.</summary>
    public int OpenStrangerCalls { get; init; } = 4;

    /// <summary>Calls of one client a second, in the long run.</summary>
    public int CallsPerSecond { get; init; } = 50;

    /// <summary>Calls of one client at once before that counts.</summary>
    public int Burst { get; init; } = 200;

    /// <summary>Calls of one address without a certificate a minute: each may be a guess at an invitation.</summary>
    public int StrangerCallsPerMinute { get; init; } = 20;

    /// <summary>TCP connections in all.</summary>
    public int Connections { get; init; } = 512;

    /// <summary>TCP connections of one client.</summary>
    public int ClientConnections { get; init; } = 32;

    /// <summary>How long a connection may stay on which no call is open.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>TCP connections without a certificate, in all.</summary>
    public int StrangerConnections { get; init; } = 32;

    /// <summary>How long a TCP connection without a certificate may stay.</summary>
    public TimeSpan StrangerPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a TLS handshake may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Files that are sent or taken at once, of all callers together: each is in memory, and has at most 64 MiB.</summary>
    public int Transfers { get; init; } = 4;

    /// <summary>The same of one client, so that it leaves room for the others however slow it is.</summary>
    public int ClientTransfers { get; init; } = 2;

    /// <summary>How long a client may take to send or to take one piece of a file, of at most 1 MiB.</summary>
    public TimeSpan PiecePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to send or to take a whole file.</summary>
    public TimeSpan TransferPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest text in any field of a request, in characters.</summary>
    public const int LongestText = 2000;

    /// <summary>The most entries of any repeated field of a request.</summary>
    public const int MostEntries = 1000;

    /// <summary>The largest message of a caller without a certificate, in bytes.</summary>
    public const int LargestStrangerMessage = 16 * 1024;

    /// <summary>The largest message, in bytes: an import comes in pieces of 1 MiB.</summary>
    public const int LargestMessage = 2 * 1024 * 1024;
}
