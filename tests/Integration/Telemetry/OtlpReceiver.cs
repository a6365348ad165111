using System.Text.Json;
using ImeiAgent.TestKit;
using Xunit;

namespace ImeiAgent.Integration.Telemetry;

/// <summary>What came of one resource in one export.</summary>
internal sealed record Arrived(
    string Protocol, string Signal, string Service, string Version, ArrivedSpan[] Spans, ArrivedPoint[] Points, ArrivedExemplar[] Exemplars, ArrivedLog[] Logs);

/// <summary>A span.</summary>
internal sealed record ArrivedSpan(string Source, string Name, string Trace, string Id, string Parent, string Status, Dictionary<string, string> Tags);

/// <summary>What was measured with the same tags.</summary>
internal sealed record ArrivedPoint(string Meter, string Metric, Dictionary<string, string> Tags);

/// <summary>The trace of a measurement of a histogram.</summary>
internal sealed record ArrivedExemplar(string Metric, string Trace);

/// <summary>A log record.</summary>
/// <param name="Category">Of its logger.</param>
/// <param name="Severity">By OpenTelemetry's numbers: 9 is information, 13 a warning, 17 an error.</param>
/// <param name="Body">What it says.</param>
/// <param name="Trace">What it belongs to.</param>
/// <param name="Tags">Its attributes.</param>
internal sealed record ArrivedLog(string Category, int Severity, string Body, string Trace, Dictionary<string, string> Tags);

/// <summary>A collector in a process of its own, which knows none of our code and none of OpenTelemetry's for .NET: Node with the npm packages of gRPC.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly OurProgram _program;

    private OtlpReceiver(TemporaryFolder folder, OurProgram program, string[] ready) =>
        (_folder, _program, Grpc, Http) = (folder, program, $"http://127.0.0.1:{ready[1]}", $"http://127.0.0.1:{ready[2]}");

    /// <summary>Where it takes gRPC.</summary>
    public string Grpc { get; }

    /// <summary>Where it takes HTTP.</summary>
    public string Http { get; }

    /// <summary>Installs and starts it. Skips the test where there is no Node.</summary>
    public static async Task<OtlpReceiver> StartAsync()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        (string node, string npm) = Requires.Node();
        var folder = new TemporaryFolder();
        foreach (string file in (string[])["package.json", "package-lock.json", "otlp.proto", "otlp_receiver.js"])
            File.Copy(Repository.File("tests/Integration/node/" + file), folder.File(file));
        await using OurProgram install = OurProgram.StartAny(
            npm, null, ["ci", "--prefix", folder.Path, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
        int installed = await install.EndAsync(ct);
        Requires.Unless(installed == 0, "npm could not install @grpc/grpc-js: " + string.Join(' ', install.Errors));
        OurProgram receiver = OurProgram.StartAny(node, null, [folder.File("otlp_receiver.js")]);
        return new OtlpReceiver(folder, receiver, (await receiver.LineAsync("ready", ct)).Split(' '));
    }

    /// <summary>Waits until something comes that has these words in it.</summary>
    public Task<string> SeesAsync(string words) => _program.LineAsync(words, TestContext.Current.CancellationToken);

    /// <summary>Ends it, and fails when in anything that came there is a number that may be an IMEI.</summary>
    /// <returns>All that came.</returns>
    public async Task<IReadOnlyList<Arrived>> EndAsync()
    {
        _program.Input.Close();
        Assert.Equal(0, await _program.EndAsync(TestContext.Current.CancellationToken));
        Assert.All(_program.Output, line => Assert.Equal("", Numbers.In(line)));
        return [.. _program.Output.Skip(1).Select(line => JsonSerializer.Deserialize<Arrived>(line, JsonSerializerOptions.Web)!)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Dispose();
    }
}
