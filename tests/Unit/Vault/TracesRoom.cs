using ImeiAgent.Vault;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace ImeiAgent.Unit.Vault;

/// <summary>A directory with a store of traces in it, and spans to put there.</summary>
internal sealed class TracesRoom(TracesLimits? limits = null) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("traces-test-");
    private Traces? _traces;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public string File => Path.Combine(_folder.FullName, "traces.db");

    public Traces Traces => _traces ??= Traces.Open(_folder.FullName, Time, limits ?? new TracesLimits());

    public void Close()
    {
        _traces?.Dispose();
        _traces = null;
    }

    public SqliteConnection Raw()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>A trace id of one number.</summary>
    public static string Id(int trace) => $"{trace:x8}{new string('a', 24)}";

    /// <summary>A span of 1 ms that begins <paramref name="at"/> ms behind the room's noon.</summary>
    public static SpanRow Span(
        int trace, int span, int parent = 0, string name = "step", int at = 0, string error = "", string source = "ImeiAgent.Operations",
        SpanKind kind = SpanKind.Internal, params (string Key, string Value)[] attributes) => new(
        Id(trace), $"{span:x16}", parent == 0 ? "" : $"{parent:x16}", source, name, kind,
        new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(at), TimeSpan.FromMilliseconds(1),
        error.Length > 0, error.Length > 0 ? $"it failed with {error}" : "", error, attributes.ToDictionary(a => a.Key, a => a.Value), []);

    public void Dispose()
    {
        Close();
        _folder.Delete(recursive: true);
    }
}
