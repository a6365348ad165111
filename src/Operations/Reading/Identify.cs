using System.Diagnostics;
using ImeiAgent.Diag.Identity;
using ImeiAgent.Diag.Messages;
using ImeiAgent.Diag.Nv;
using ImeiAgent.Session;

namespace ImeiAgent.Operations;

/// <summary>Asks a phone who it is and what its IMEI slots hold. What a phone refuses stays empty; none of the questions is vital.</summary>
public sealed class Identify(TimeProvider time)
{
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_startPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks, and keeps the answer as what was last seen of the phone.</summary>
    /// <exception cref="OperationException">The phone went away or answers nothing, or another one answers.</exception>
    public async Task<PhoneReading> RunAsync(Phone phone, CancellationToken ct)
    {
        Activity? span = OperationsTelemetry.Start("identify");
        span?.SetTag("imeiagent.device", phone.Name);
        try
        {
            PhoneReading reading = await RunAsync(phone.Session, ct);
            await RequireSameAsync(phone, reading.Identity);
            phone.Remember(reading);
            return reading;
        }
        catch (Exception e) when (PhoneFailure.Is(e))
        {
            OperationException why = PhoneFailure.Explain(e, phone);
            span.Fail(why);
            phone.KeepRecording(why);
            throw why;
        }
        catch (OperationException e)
        {
            span.Fail(e);
            phone.KeepRecording(e);
            throw;
        }
        finally
        {
            span.End();
        }
    }

    /// <summary>
    /// Asks a phone that just came. One that answers before its NV memory is ready, as phones do for some seconds after they started, is
    /// asked again for a while: it would pass for one that has no serial numbers.
    /// </summary>
    internal async Task<PhoneReading> FirstAsync(DiagSession session, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            PhoneReading reading = await RunAsync(session, ct);
            if (reading.Identity.IsUnique || await HasNoneAsync(session, ct) || time.GetElapsedTime(start) > s_startPatience)
                return reading;
            await Task.Delay(s_startPause, time, ct);
        }
    }

    /// <summary>Whether the phone says that it has no serial numbers, rather than that it cannot tell them now.</summary>
    private async Task<bool> HasNoneAsync(DiagSession session, CancellationToken ct)
    {
        return Says(await session.ReadAsync(1, NvItemId.Esn, time, ct)) && Says(await session.ReadAsync(1, NvItemId.Meid, time, ct));

        static bool Says(DiagReply<NvItem> reply) => reply is { IsAnswer: true, Answer.Status: NvStatus.Done or NvStatus.NotActive or NvStatus.BadParameter or NvStatus.BadTarget }
            || reply.Refusal == RefusalCode.BadParameter;
    }

    internal async Task<PhoneReading> RunAsync(DiagSession session, CancellationToken ct)
    {
        Verno? verno = await AskAsync(session, new VernoRequest(), ct);
        ExtBuildId? build = await AskAsync(session, new ExtBuildIdRequest(), ct);
        string esn = (await AskAsync(session, new EsnRequest(), ct)).ToString();
        if (esn.Length == 0)
            esn = IdentityItems.Esn(await session.ReadAsync(1, NvItemId.Esn, time, ct));
        string meid = IdentityItems.Meid(await session.ReadAsync(1, NvItemId.Meid, time, ct));
        IReadOnlyList<SlotReading> slots = await ReadSlotsAsync(session, ct);

        var identity = new PhoneIdentity(
            Model: FirstNotEmpty(build?.Model, verno?.Directory),
            Build: build?.Build ?? "",
            Esn: esn,
            Meid: meid,
            Compiled: verno?.Compiled ?? "");
        return new PhoneReading(identity, slots);
    }

    /// <summary>Reads both IMEI slots.</summary>
    internal async Task<IReadOnlyList<SlotReading>> ReadSlotsAsync(DiagSession session, CancellationToken ct) =>
    [
        SlotReading.From(1, await session.ReadAsync(1, NvItemId.Imei, time, ct)),
        SlotReading.From(2, await session.ReadAsync(2, NvItemId.Imei, time, ct)),
    ];

    /// <summary>
    /// A port can outlive its phone: a serial server keeps the connection when the cable is moved. Then the conversation ends, and
    /// the port's phone is identified anew.
    /// </summary>
    private static async Task RequireSameAsync(Phone phone, PhoneIdentity now)
    {
        // The model is told by two commands in two forms, and one of them may fail at times.
        PhoneIdentity known = phone.Last.Identity;
        if (known.IsUnique ? now.IsSamePhoneAs(known with { Model = "" }) : !now.IsUnique)
            return;
        // Also a phone that now tells who it is, and did not when it came: it gets its own name, and what is open of it is settled first.
        if (now.IsUnique)
            await phone.Session.DisposeAsync();
        throw Faults.NotTheSame(phone.Name);
    }

    private static async Task<T?> AskAsync<T>(DiagSession session, IDiagRequest<T> request, CancellationToken ct)
    {
        try
        {
            DiagReply<T> reply = await session.SendAsync(request, ct);
            return reply.IsAnswer ? reply.Answer : default;
        }
        catch (Exception e) when (e is MalformedReplyException or NoReplyException)
        {
            return default;
        }
    }

    private static string FirstNotEmpty(string? first, string? second) => string.IsNullOrEmpty(first) ? second ?? "" : first;
}
