using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace ImeiAgent.TestKit;

/// <summary>
/// One of our executables (phone-simulator, imei-agent, imei ...) running as a process of its own. Its dll must lie next to the tests,
/// which a project reference sees to. Disposing kills it.
/// </summary>
public sealed partial class OurProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OurProgram(ProcessStartInfo how)
    {
        how.RedirectStandardOutput = how.RedirectStandardError = how.RedirectStandardInput = true;
        _process = new Process { StartInfo = how };
        _process.OutputDataReceived += (_, line) => Take(line.Data, _output, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, _errors, _errorsEnded);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts <c>dotnet NAME.dll ARGUMENTS</c>.</summary>
    public static OurProgram Start(string name, params IEnumerable<string> arguments) => Start(name, null, arguments);

    /// <summary>The same with environment variables set, or removed where null.</summary>
    public static OurProgram Start(string name, IReadOnlyDictionary<string, string?>? environment, params IEnumerable<string> arguments)
    {
        string dll = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        Assert.True(File.Exists(dll), $"{name}.dll is not next to the tests: does the test project reference it?");
        return StartAny("dotnet", environment, [dll, .. arguments]);
    }

    /// <summary>Starts any program.</summary>
    public static OurProgram StartAny(string path, IReadOnlyDictionary<string, string?>? environment, params IEnumerable<string> arguments)
    {
        var how = new ProcessStartInfo(path, arguments);
        foreach ((string variable, string? value) in environment ?? new Dictionary<string, string?>())
            how.Environment[variable] = value;
        return new OurProgram(how);
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Its standard input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Waits for a line of standard output that contains <paramref name="part"/> and returns it; fails when the program ends before.</summary>
    public async Task<string> LineAsync(string part, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Eventually.Deadline);
        while (true)
        {
            bool ended = _outputEnded.Task.IsCompleted;
            if (_output.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
                return found;
            if (ended)
                Assert.Fail($"The program ended without a line with '{part}'. It wrote:\n{AllText}");
            try
            {
                await _news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                Assert.Fail($"No line with '{part}' came in time. It wrote:\n{AllText}");
            }
        }
    }

    /// <summary>Waits for the end, with all output read, and returns the exit code.</summary>
    public async Task<int> EndAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(6 * Eventually.Deadline);
        await _process.WaitForExitAsync(limit.Token);
        await Task.WhenAll(_outputEnded.Task, _errorsEnded.Task).WaitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: it gets no chance to tidy up.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM: it is asked to end. Linux and macOS.</summary>
    public void Terminate() => Signal(15);

    /// <summary>SIGINT, as Ctrl+C sends it. Linux and macOS.</summary>
    public void Interrupt() => Signal(2);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _news.Dispose();
    }

    private string AllText => string.Join('\n', [.. _output, .. _errors]);

    private void Take(string? line, ConcurrentQueue<string> lines, TaskCompletionSource ended)
    {
        if (line is not null)
            lines.Enqueue(line);
        else
            ended.TrySetResult();
        try
        {
            _news.Release();
        }
        catch (ObjectDisposedException)
        {
            // The test has lost interest.
        }
    }

    private void Signal(int number) => Assert.Equal(0, SendSignal(_process.Id, number));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
