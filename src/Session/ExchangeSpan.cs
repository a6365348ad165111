using System.Diagnostics;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;

namespace ImeiAgent.Session;

/// <summary>How often the request of a traced exchange was sent; set when the exchange ends.</summary>
internal sealed class SendCount
{
    public int Value { get; set; }
}

/// <summary>The span of one exchange: which command went to which port, for which item, and how the phone answered. Never what it answered.</summary>
internal readonly struct ExchangeSpan : IDisposable
{
    private readonly Activity? _activity;

    private ExchangeSpan(Activity? activity) => _activity = activity;

    public static ExchangeSpan Begin<T>(IDiagRequest<T> request, string port)
    {
        Activity? activity = SessionTelemetry.Start(CommandName.Of(request.ReplyKey));
        if (activity is not { IsAllDataRequested: true })
            return new ExchangeSpan(activity);
        if (port.Length > 0)
            activity.SetTag("imeiagent.port", port);
        if (ItemOf(request) is var (slot, item))
        {
            activity.SetTag("imeiagent.nv.slot", slot);
            activity.SetTag("imeiagent.nv.item", (int)item.Number);
        }
        return new ExchangeSpan(activity);
    }

    /// <summary>Frames of no use that came while the phone was asked: a bad cable, or another program that writes to the port.</summary>
    public void Met(long badFrames)
    {
        if (badFrames > 0)
            _activity?.SetTag("imeiagent.bad_frames", badFrames);
    }

    public void Answered<T>(in DiagReply<T> reply, SendCount sends) =>
        End(reply.Refusal is { } refusal ? refusal.Name() : reply.Answer switch
        {
            NvItem item => item.Status.Name(),
            UnlockVerdict.Accepted => "accepted",
            UnlockVerdict.Refused => "refused",
            _ => "answered",
        }, sends);

    public void Failed(Exception exception, SendCount sends)
    {
        End(exception is MalformedReplyException ? "malformed" : "none", sends);
        // Who takes a request back had a reason; the phone did nothing wrong.
        if (exception is OperationCanceledException)
            return;
        _activity?.SetTag("error.type", exception.GetType().Name);
        _activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    public void Dispose() => SessionTelemetry.End(_activity);

    private void End(string answer, SendCount sends)
    {
        if (_activity is not { IsAllDataRequested: true })
            return;
        _activity.SetTag(SessionTelemetry.Answer, answer);
        _activity.SetTag("imeiagent.sends", sends.Value);
    }

    private static (int Slot, NvItemId Item)? ItemOf<T>(IDiagRequest<T> request) => request switch
    {
        NvReadRequest read => (1, read.Item),
        NvWriteRequest write => (1, write.Item),
        NvSubscriptionReadRequest read => (read.Context + 1, read.Item),
        NvSubscriptionWriteRequest write => (write.Context + 1, write.Item),
        _ => null,
    };
}
