using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>One schedule being carried out: the agents that follow each other, and what befalls them.</summary>
/// <param name="schedule">What is to happen.</param>
/// <param name="vault">Directory of the vault.</param>
/// <param name="keeper">The phone.</param>
internal sealed class ScheduleRun(Schedule schedule, string vault, PhoneKeeper keeper)
{
    // A lost reply costs an agent so long; a phone's process that is kept from running looks the same.
    private static readonly TimeSpan s_replyTimeout = TimeSpan.FromMilliseconds(150);

    private readonly List<string> _said = [];

    /// <summary>The request.</summary>
    public RestoreRequest Request { get; } = Numbers.Request(Guid.NewGuid().ToString(), schedule.Slots, schedule.Restart) with
    {
        Password = schedule.Quirks.Contains("writes-need-password") ? ScheduleQuirks.Password : "",
    };

    /// <summary>What happened of what was to happen.</summary>
    public List<Misfortune> Happened { get; } = [];

    /// <summary>How agent 1 said that it ended; empty when it was ended itself.</summary>
    public string Told { get; private set; } = "";

    /// <summary>What all agents logged.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Lets it happen. Returns an agent that nothing befalls, with a phone that is there.</summary>
    public async Task<RestoringAgent> RunAsync()
    {
        await keeper.ArrangeAsync(schedule);
        int last = schedule.Misfortunes.Max(misfortune => misfortune.Agent);
        for (int number = 1; number <= last; number++)
        {
            if (StartOrNone(number) is not { } agent)
                continue;
            try
            {
                await Task.WhenAny(agent.Ended, number == 1 ? RestoreAsync(agent) : agent.OfferedAsync(orUnsettled: true)).Unwrap();
            }
            finally
            {
                await agent.DisposeAsync();
                _said.Add($"--- agent {number}\n{agent.Said}");
            }
        }
        await keeper.IsThereAsync();
        return Start(0);
    }

    /// <summary>An agent that starts; null when it is ended before it has.</summary>
    private RestoringAgent? StartOrNone(int number)
    {
        try
        {
            return Start(number);
        }
        catch (ObjectDisposedException) when (number > 1)
        {
            return null;
        }
    }

    private RestoringAgent Start(int number)
    {
        var moments = new Moments(schedule.Misfortunes.Where(misfortune => misfortune.Agent == number), Do);
        return RestoringAgent.Start(vault, keeper.Port, new RestoringOptions(Haste: 10)
        {
            ReplyTimeout = s_replyTimeout,
            ReadPatience = TimeSpan.FromSeconds(1.5),
            RestartPatience = TimeSpan.FromSeconds(1.5),
            ReturnLimit = schedule.ReturnLimit,
            Reached = moments.Reached,
            Written = moments.Written,
        });
    }

    private async Task RestoreAsync(RestoringAgent agent)
    {
        await agent.OfferedAsync();
        try
        {
            Told = $"{(await agent.RunAsync(Request)).Receipt.Outcome}";
        }
        catch (OperationException e)
        {
            Told = $"refused, {e.Error}: {e.Message}";
        }
        catch (Exception) when (agent.Ended.IsCompleted)
        {
            // It did not live to tell.
        }
    }

    private void Do(RestoringAgent agent, Misfortune misfortune)
    {
        if (agent.Ended.IsCompleted)
            return;
        Happened.Add(misfortune);
        switch (misfortune.Blow)
        {
            case Blow.AgentEnds:
                agent.End();
                break;
            case Blow.PowerLost:
                keeper.LosePowerAsync().GetAwaiter().GetResult();
                break;
            case Blow.CablePulled:
                keeper.PullCableAsync().GetAwaiter().GetResult();
                break;
            case Blow.DiskFull:
                VaultFaults.FillDisk(agent.Vault);
                break;
            case Blow.VaultReadOnly:
                VaultFaults.MakeReadOnly(agent.Vault);
                break;
        }
    }

    /// <summary>Knows when an agent has come to the moment of a misfortune.</summary>
    private sealed class Moments(IEnumerable<Misfortune> misfortunes, Action<RestoringAgent, Misfortune> happen)
    {
        private readonly Lock _lock = new();
        private readonly List<Misfortune> _left = [.. misfortunes];
        private readonly Dictionary<JournalState, int> _reachedAt = [];
        private int _frames;

        public void Reached(RestoringAgent agent, JournalState state)
        {
            lock (_lock)
                _reachedAt.TryAdd(state, _frames);
            Take(agent, misfortune => misfortune.Agent == 1 && misfortune.Step == state && misfortune.Frames == 0);
        }

        public void Written(RestoringAgent agent, bool sent)
        {
            lock (_lock)
                _frames += sent ? 0 : 1;
            Take(agent, misfortune => misfortune.IsSent == sent && misfortune.Frames > 0 && _frames - Start(misfortune) == misfortune.Frames);
        }

        private int Start(Misfortune misfortune) =>
            misfortune.Agent != 1 ? 0 : _reachedAt.TryGetValue(misfortune.Step, out int at) ? at : int.MaxValue;

        private void Take(RestoringAgent agent, Predicate<Misfortune> isNow)
        {
            List<Misfortune> now;
            lock (_lock)
            {
                now = _left.FindAll(isNow);
                _left.RemoveAll(isNow);
            }
            foreach (Misfortune misfortune in now)
                happen(agent, misfortune);
        }
    }
}
