using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ImeiAgent.Desktop.Access;

/// <summary>What a server of this process answered, as it tells itself: a browser does not tell of answers that it kept from a page.</summary>
internal sealed class Answers : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string Answered = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop";

    private readonly ConcurrentQueue<IDisposable> _subscriptions = [];
    private readonly ConcurrentQueue<(string What, int Status)> _all = [];
    private readonly int _port;

    /// <summary>Listens to the server at that port.</summary>
    public Answers(int port)
    {
        _port = port;
        _subscriptions.Enqueue(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>Each request with what it asked for, and the status of the answer.</summary>
    public IReadOnlyList<(string What, int Status)> All => [.. _all];

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener listener)
    {
        if (listener.Name == "Microsoft.AspNetCore")
            _subscriptions.Enqueue(listener.Subscribe(this, static name => name.StartsWith("Microsoft.AspNetCore.Hosting.HttpRequestIn", StringComparison.Ordinal)));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> told)
    {
        if (told is { Key: Answered, Value: HttpContext context } && context.Connection.LocalPort == _port)
            _all.Enqueue(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", context.Response.StatusCode));
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (IDisposable one in _subscriptions)
            one.Dispose();
    }
}
