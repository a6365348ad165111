using ImeiAgent.Operations;
using ImeiAgent.TestKit;
using ImeiAgent.Vault;
using Xunit;

namespace ImeiAgent.Integration.Crash;

/// <summary>Holds what a schedule left against what has to be.</summary>
internal sealed class ScheduleTruth(Schedule schedule, ScheduleRun run, PhoneKeeper keeper, RestoringAgent agent)
{
    /// <summary>Fails unless all is as it has to be; returns in a word how it ended.</summary>
    public async Task<string> IsToldAsync()
    {
        PhoneView phone = await agent.OfferedAsync(orUnsettled: schedule.CanBeLeftOpen);
        JournalRow? row = agent.Vault.Journal.FindByRequestId(run.Request.RequestId);
        if (phone.State == PhoneState.Unsettled)
            return await IsLeftToAPersonAsync(phone, row!);
        await keeper.CalmAsync();
        if (row is null)
        {
            Assert.StartsWith("refused", run.Told, StringComparison.Ordinal);
            Assert.Equal([Old(1), Old(2)], await ShownAsync());
            return "refused before";
        }
        await IsClosedTrulyAsync(row);
        await IsReplayedAsync(row);
        IsKept(row);
        return $"{row.Outcome}";
    }

    private async Task IsClosedTrulyAsync(JournalRow row)
    {
        Assert.Equal(JournalState.Closed, row.State);
        Assert.True(row.Outcome is WriteOutcome.Applied or WriteOutcome.RolledBack or WriteOutcome.Refused or WriteOutcome.NotInEffect, $"{row.Outcome}: {row.Advice}");
        string[] shown = await ShownAsync();
        string[] stored = [keeper.Stores(1), keeper.Stores(2)];
        bool isNew = row.Outcome == WriteOutcome.Applied;
        if (isNew && schedule.Forgets && !row.Restarted)
        {
            // The phone took the values and showed them; that they last was not seen, and the receipt does not say so.
            Assert.True(Are(shown, isNew: true) || Are(shown, isNew: false), Values("shows", shown));
            Assert.True(Are(stored, isNew: true) || Are(stored, isNew: false), Values("stores", stored));
        }
        else
        {
            Assert.True(Are(shown, isNew), $"{row.Outcome}, but {Values("shows", shown)}");
            Assert.True(Are(stored, isNew), $"{row.Outcome}, but {Values("stores", stored)}");
        }
        Assert.True(
            run.Told switch
            {
                "" or nameof(RestoreOutcome.Unknown) => true,
                nameof(RestoreOutcome.Applied) => isNew || (schedule.Forgets && !row.Restarted),
                _ => !isNew,
            },
            $"agent 1 told {run.Told}, the journal {row.Outcome}");
    }

    private async Task IsReplayedAsync(JournalRow row)
    {
        RestoreReceipt receipt = (await WithPhoneAsync(_ => agent.RunAsync(run.Request))).Receipt;
        Assert.Equal(
            (true, (RestoreOutcome)row.Outcome!.Value, row.Sha256, JournalRow.Hash(row)), (receipt.Replayed, receipt.Outcome, receipt.Sha256, receipt.Sha256));
    }

    private void IsKept(JournalRow row)
    {
        if (row.BackupSnapshot.Length == 0)
        {
            Assert.Equal(WriteOutcome.Refused, row.Outcome);
            return;
        }
        SnapshotContent backup = agent.Vault.Snapshots.Load(row.BackupSnapshot);
        foreach (int slot in (int[])[1, 2])
            Assert.Equal(Old(slot), Numbers.Held(backup.Find((byte)slot, Diag.Nv.NvItemId.Imei)));
    }

    /// <summary>A phone that holds neither, and cannot be given the old values back: nobody gets it before a person has said so.</summary>
    private async Task<string> IsLeftToAPersonAsync(PhoneView phone, JournalRow row)
    {
        string name = $"journal/{row.Id}";
        Assert.NotEqual(JournalState.Closed, row.State);
        Assert.Contains(name, phone.Hint, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OperationException>(() => agent.RunAsync(Numbers.Request(Guid.NewGuid().ToString(), schedule.Slots)));

        var order = new SettleRequest { Name = name, Reason = "seen on the bench", By = Caller.Local("test") };
        bool isLocked = !schedule.IsWorn;
        JournalView closed = await SettledAsync(isLocked ? order with { Password = ScheduleQuirks.Password } : order with { ByHand = true });
        // What was put back is looked at over a restart; one who comes back late is settled then.
        await agent.OfferedAsync();
        closed = agent.Desk.Get(name);
        Assert.Equal(JournalState.Closed, closed.State);
        await keeper.CalmAsync();
        if (!isLocked)
        {
            Assert.Equal((RestoreOutcome.Unknown, "local:test: seen on the bench"), (closed.Receipt.Outcome, closed.Receipt.SettledBy));
            return "closed by hand";
        }
        await IsClosedTrulyAsync(agent.Vault.Journal.FindByRequestId(run.Request.RequestId)!);
        return "settled with a code";
    }

    /// <summary>Gives the order up to three times: an answer to the code that is lost on a bad line looks like a phone that is silent after a wrong one.</summary>
    private async Task<JournalView> SettledAsync(SettleRequest order)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                JournalView row = await agent.Desk.SettleAsync(order, TestContext.Current.CancellationToken);
                if (row.State == JournalState.Closed || attempt == 3)
                    return row;
            }
            catch (OperationException e) when (e.Error == OperationError.JournalClosed && attempt > 1)
            {
                return agent.Desk.Get(order.Name);
            }
        }
    }

    /// <summary>What the phone shows in both slots, read anew.</summary>
    private async Task<string[]> ShownAsync()
    {
        PhoneReading reading = await WithPhoneAsync(async ct => await agent.Identify.RunAsync(await agent.Registry.RequireAsync("", ct), ct));
        return [.. reading.Slots.Select(slot => Numbers.Held(Diag.Nv.NvReading.From(slot.Slot, Diag.Nv.NvItemId.Imei, slot.Content.Reply)))];
    }

    /// <summary>
    /// Does something with the phone; again when the phone went away meanwhile: one whose cable was pulled between a reset and its answer
    /// restarts when it is back already.
    /// </summary>
    private async Task<T> WithPhoneAsync<T>(Func<CancellationToken, Task<T>> ask)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Eventually.Deadline);
        while (true)
        {
            await agent.OfferedAsync();
            try
            {
                return await ask(limit.Token);
            }
            catch (OperationException e) when (e.Error is OperationError.DeviceDisconnected or OperationError.PortUnavailable && !limit.IsCancellationRequested)
            {
                // It is offered again, or the limit says that it was not.
            }
        }
    }

    private bool Are(string[] held, bool isNew) => Enumerable.Range(1, 2).All(slot =>
        schedule.Slots.Contains(slot) ? isNew ? held[slot - 1] == Numbers.New(slot) : held[slot - 1] == Old(slot) || IsPutBack(held[slot - 1], slot)
        : held[slot - 1] == Old(slot));

    private bool IsPutBack(string held, int slot) => held == Numbers.Zeros && Old(slot) == Numbers.NotActive;

    private string Old(int slot) => schedule.Before[slot - 1] is { Length: > 0 } hex ? hex : Numbers.NotActive;

    private static string Values(string verb, string[] held) => $"the phone {verb} {held[0]} and {held[1]}";
}
