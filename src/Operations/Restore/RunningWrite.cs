using System.Diagnostics;
using ImeiAgent.Vault;

namespace ImeiAgent.Operations;

/// <summary>How a write ended.</summary>
/// <param name="Outcome">Applied, RolledBack, Refused, NotInEffect or Unknown.</param>
/// <param name="Failure">The error it ended with; null when there is nothing to complain of.</param>
/// <param name="Advice">What a person should know beside.</param>
internal sealed record WriteEnd(RestoreOutcome Outcome, OperationException? Failure, IReadOnlyList<string> Advice);

/// <summary>
/// A write between the intent in the journal and the row's end: sends, reads back, puts the old values back when the new ones did not hold,
/// restarts the phone and reads once more. The phone may go away at any point; it is waited for, and has its slots read when it is back.
/// A phone that had to be put into offline mode is restarted; where that fails, the journal knows that it has to be.
/// </summary>
internal sealed class RunningWrite(
    WriteGate.Pass pass, PhoneWriter writer, RestoreJournal journal, IReadOnlyList<SlotChange> changes, RestoreOptions options, Task draining,
    TimeProvider time)
{
    private const string ByHand = "Restart the phone and identify it once more: some firmware puts an old value back when it starts.";
    private const string Unconfirmed = "The phone left its port without confirming the restart. If its cable was moved at that moment, restart it and identify it once more.";
    private const string StillOffline = "The phone is in offline mode, without a radio: restart it by hand, then identify it once more.";

    // A phone that goes away again and again is not waited for without end.
    private const int MostRounds = 5;

    private readonly Identify _identify = new(time);
    private readonly List<string> _advice = [];
    private bool _wasAway;

    /// <summary>The phone as it was last reached.</summary>
    public Phone Phone => writer.Phone;

    /// <summary>Runs to the end.</summary>
    /// <param name="restart">Restart the phone after the write, to see whether the new values stay.</param>
    /// <param name="tell">Told each phase.</param>
    public async Task<WriteEnd> RunAsync(bool restart, Action<RestorePhase, string> tell)
    {
        WriteResult write = await writer.WriteAsync(changes);
        journal.Advance(JournalState.Sent);
        tell(RestorePhase.Sent, write.Refusal?.Message ?? (write.Answer == WriteAnswer.Accepted ? "The phone accepted the write" : "The phone did not answer the write"));

        // What the phone says is not what it holds: read back.
        Holding now = await LookAsync(() => TellGone(tell));
        WriteVerdict verdict = WriteVerdicts.Judge(write.Answer, now);
        if (verdict == WriteVerdict.Applied && write.Answer == WriteAnswer.NotAnswered)
            _advice.Add("The phone did not acknowledge the write, but holds the new value: it was read back.");
        if (verdict == WriteVerdict.Applied)
            journal.Advance(JournalState.ReadBack);
        tell(RestorePhase.ReadBack, $"Read back: {Words(now)}");

        return verdict switch
        {
            WriteVerdict.Applied => await ConfirmAsync(restart, tell),
            WriteVerdict.Refused => await InServiceAsync(new WriteEnd(RestoreOutcome.Refused, write.Refusal, _advice), Holding.Old),
            WriteVerdict.NotStored => await InServiceAsync(new WriteEnd(RestoreOutcome.RolledBack, write.Refusal ?? Faults.NotStored(Phone.Name, changes, write.Answer), _advice), Holding.Old),
            WriteVerdict.PutBack => await PutBackAsync(RestoreOutcome.RolledBack, write.Refusal, tell),
            _ => Unknown(now),
        };
    }

    /// <summary>The new values were read back: do they survive a restart?</summary>
    private async Task<WriteEnd> ConfirmAsync(bool restart, Action<RestorePhase, string> tell)
    {
        // An agent that ends does not begin what it would not see the end of.
        if ((!restart || draining.IsCompleted) && !writer.IsOffline)
            return new WriteEnd(RestoreOutcome.Applied, null, [.. _advice, ByHand]);
        // A restart that the journal does not know of is not begun, unless the phone would stay out of service.
        if (!journal.Advance(JournalState.Reset) && !writer.IsOffline)
            return new WriteEnd(RestoreOutcome.Applied, null, [.. _advice, ByHand]);
        RestartResult restarted = await writer.RestartAsync();
        if (restarted is { IsSent: false, IsGone: false })
            return new WriteEnd(RestoreOutcome.Applied, null, [.. _advice, restarted.Failure!.Message, writer.IsOffline ? StillOffline : ByHand]);
        tell(RestorePhase.Reset, $"The phone is restarting, to see whether the value stays. Leave it connected: it is waited for, up to {options.ReturnLimit.TotalSeconds:0} s");
        if (restarted.IsGone && !await ReturnAsync())
            return Unknown(Holding.Unreadable);
        // It went away before it could be told to restart: it is told once more.
        if (restarted is { IsSent: false, IsGone: true })
        {
            restarted = await writer.RestartAsync();
            if (restarted.IsGone && !await ReturnAsync())
                return Unknown(Holding.Unreadable);
        }
        if (restarted.IsConfirmed)
            journal.NoteRestarted();
        else
            _advice.Add(restarted.Failure is null ? Unconfirmed : $"{restarted.Failure.Message} {ByHand}");
        // A port that outlives the phone behind it, as a serial server's, does not tell whether it restarted: what the phone holds does.
        Holding now = await LookAsync(() => TellGone(tell), twice: !restarted.IsGone);
        journal.Advance(JournalState.ReRead);
        tell(RestorePhase.ReRead, $"After the restart: {Words(now)}");
        return now switch
        {
            Holding.New => await InServiceAsync(new WriteEnd(RestoreOutcome.Applied, null, _advice), Holding.New),
            Holding.Old => await InServiceAsync(new WriteEnd(RestoreOutcome.NotInEffect, Faults.NotInEffect(Phone.Name, changes), _advice), Holding.Old),
            Holding.Torn => await PutBackAsync(RestoreOutcome.NotInEffect, Faults.NotBothInEffect(Phone.Name), tell, restart: true),
            _ => Unknown(now),
        };
    }

    /// <summary>
    /// All or nothing: the old values of all slots. A phone that restarted into what is neither is restarted once more: one that keeps what it
    /// is given in its memory only would be torn again at its next loss of power.
    /// </summary>
    private async Task<WriteEnd> PutBackAsync(RestoreOutcome outcome, OperationException? why, Action<RestorePhase, string> tell, bool restart = false)
    {
        Activity? span = OperationsTelemetry.Start("restore.put_back");
        try
        {
            WriteEnd? failed = await TryPutBackAsync(why, restart);
            span?.SetTag("imeiagent.detail", failed is null ? "Read back: the old value" : $"Read back: {writer.Found}");
            if (failed is not null)
            {
                span.Fail(failed.Failure!);
                return failed;
            }
        }
        finally
        {
            span.End();
        }
        tell(RestorePhase.ReadBack, "The old value was put back and read back");
        return await InServiceAsync(new WriteEnd(outcome, Faults.PutBack(Phone.Name, changes, why), _advice), Holding.Old);
    }

    /// <summary>Null when all slots hold the old values again.</summary>
    private async Task<WriteEnd?> TryPutBackAsync(OperationException? why, bool restart)
    {
        for (int round = 1; ; round++)
        {
            // Twice would be one too many for a recovery that does not know of it.
            if (round > options.MostPutBacks || !journal.NotePutBack())
                return Unknown(Holding.Torn);
            if (await writer.PutBackAsync(changes) is not { } failed)
            {
                Holding now = restart ? await LookAfterRestartAsync() : Holding.Old;
                if (now == Holding.Torn)
                    continue;
                return now == Holding.Old ? null : Unknown(now);
            }
            if (!Phone.Session.Broken.IsCompleted)
                return await InServiceAsync(new WriteEnd(RestoreOutcome.Unknown, Faults.Torn(Phone.Name, changes, journal.Name, why, failed), _advice), Holding.Old);
            // Without serial numbers the phone that came back may be another: nothing is written to it.
            if (!await ReturnAsync() || !Phone.Last.Identity.IsUnique)
                return Unknown(Holding.Unreadable);
        }
    }

    /// <summary>
    /// What a phone that was just given its old values back holds after one more restart; the old values where it cannot be restarted, or where
    /// the one that comes back may be another, for want of serial numbers.
    /// </summary>
    private async Task<Holding> LookAfterRestartAsync()
    {
        if (!Phone.Last.Identity.IsUnique || !(await writer.RestartAsync()).IsGone)
            return Holding.Old;
        return await ReturnAsync() ? await LookAsync(() => { }) : Holding.Unreadable;
    }

    /// <summary>A phone that was put into offline mode is restarted, and what it then holds is looked at once more.</summary>
    private async Task<WriteEnd> InServiceAsync(WriteEnd end, Holding expected)
    {
        for (int round = 1; writer.IsOffline; round++)
        {
            RestartResult restarted = await writer.RestartAsync();
            if (!restarted.IsGone)
                return end with { Advice = [.. end.Advice, restarted.Failure!.Message, StillOffline] };
            // The row stays open where the phone does not come: recovery restarts it then.
            if (!await ReturnAsync() || round > MostRounds)
                return Unknown(Holding.Unreadable);
            if (restarted.Failure is not null)
                continue;
            if (restarted.IsConfirmed)
                journal.NoteRestarted();
            Holding now = await LookAsync(() => { });
            return now == expected || end.Outcome == RestoreOutcome.Unknown ? end : Unknown(now);
        }
        return end;
    }

    private WriteEnd Unknown(Holding now) => new(RestoreOutcome.Unknown, Faults.UnknownOutcome(Phone.Name, changes, journal.Name, now), _advice);

    /// <summary>What the slots hold; when the phone goes away, what they hold when it is back.</summary>
    private async Task<Holding> LookAsync(Action gone, bool twice = false)
    {
        for (int round = 1; round <= MostRounds; round++)
        {
            Holding now = await writer.LookAsync(changes, twice);
            // Without serial numbers the phone that came back may be another: only the new value shows that it is the one.
            if (_wasAway && now != Holding.New && !Phone.Last.Identity.IsUnique)
                return Holding.Unreadable;
            // Behind a port that stays open the cable may have been moved: another phone's slots say nothing.
            if (now is Holding.New or Holding.Unreadable || await IsItselfAsync())
            {
                if (now != Holding.Unreadable || !Phone.Session.Broken.IsCompleted)
                    return now;
            }
            gone();
            if (!await ReturnAsync())
                return Holding.Unreadable;
        }
        return Holding.Unreadable;
    }

    /// <summary>Whether the phone still tells that it is itself, or tells nothing; when another answers, its conversation is ended.</summary>
    private async Task<bool> IsItselfAsync()
    {
        try
        {
            await _identify.RunAsync(Phone, CancellationToken.None);
            return true;
        }
        catch (OperationException e)
        {
            return !e.Fields.ContainsKey(Faults.AnotherAnswers) && !Phone.Session.Broken.IsCompleted;
        }
    }

    /// <summary>Waits for the phone, by who it is, on whatever port; false when it did not come, or the agent ends.</summary>
    private async Task<bool> ReturnAsync()
    {
        using var limit = new CancellationTokenSource(options.ReturnLimit, time);
        Task<Phone> back = pass.ReturnOfAsync(Phone, limit.Token);
        if (await Task.WhenAny(back, draining) == draining)
            await limit.CancelAsync();
        try
        {
            writer.Phone = await back;
            _wasAway = true;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void TellGone(Action<RestorePhase, string> tell) =>
        tell(RestorePhase.Sent, $"The phone went away. Connect it: it is waited for, up to {options.ReturnLimit.TotalSeconds:0} s");

    private string Words(Holding now) => now switch
    {
        Holding.New => "the new value",
        Holding.Old => "the old value",
        Holding.Torn => $"neither the old nor the new value of all slots ({writer.Found})",
        Holding.OtherValid => "another valid number",
        _ => "what could not be read",
    };
}
