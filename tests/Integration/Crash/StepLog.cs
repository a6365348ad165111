using ImeiAgent.Vault;
using Microsoft.Extensions.Logging;

namespace ImeiAgent.Integration.Crash;

/// <summary>
/// Meets a restore at its steps: it logs each (event 2211) as soon as that is on the disk, and goes on when the log returns. What else is
/// logged is kept, to be shown when a test fails.
/// </summary>
internal sealed class StepLog<T>(Action<JournalState> reached, Action<string> keep) : ILogger<T>
{
    private const int Step = 2211;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        keep($"{eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $": {exception.GetType().Name}: {exception.Message}")}");
        if (eventId.Id == Step && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            reached((JournalState)values.First(value => value.Key == "State").Value!);
    }
}
