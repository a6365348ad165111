using System.Diagnostics;
using ImeiAgent.Operations;
using ImeiAgent.Vault;

namespace ImeiAgent.Integration.Crash;

/// <summary>
/// This very program, started again to be an agent that restores, and to which something happens at a step. When it lives to do so it says
/// what it logged, then "end of the restore: OUTCOME", or the error it was refused with, and waits to be killed.
/// </summary>
internal static class ChildRestorer
{
    /// <summary>A child's clock: its phones start in some tenths of a second, and what it runs for the first time is slow.</summary>
    public const int Haste = 4;

    /// <summary>Does as it was told, and ends the process.</summary>
    public static void Run()
    {
        RunAsync(ChildOrders.Parse(Environment.GetEnvironmentVariable(ChildOrders.Variable)!)).GetAwaiter().GetResult();
        Environment.Exit(0);
    }

    private static async Task RunAsync(ChildOrders orders)
    {
        await using var agent = RestoringAgent.Start(orders.Vault, orders.Port, new RestoringOptions(Haste)
        {
            ReturnLimit = orders.ReturnLimit,
            Reached = (agent, state) =>
            {
                if (state == orders.Step)
                    Do(orders.Deed, agent.Vault, state);
            },
        });
        await agent.OfferedAsync();
        string end = await EndOfAsync(agent, orders);
        Say(agent.Said);
        Say($"end of the restore: {end}");
        Console.In.ReadLine();
    }

    private static async Task<string> EndOfAsync(RestoringAgent agent, ChildOrders orders)
    {
        try
        {
            return $"{(await agent.RunAsync(Numbers.Request(orders.RequestId, orders.Slots))).Receipt.Outcome}";
        }
        catch (OperationException e)
        {
            return $"{e.Error}";
        }
    }

    private static void Do(Deed deed, VaultFile vault, JournalState state)
    {
        switch (deed)
        {
            case Deed.Die:
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
                break;
            case Deed.FillDisk:
                VaultFaults.FillDisk(vault);
                break;
            case Deed.MakeReadOnly:
                VaultFaults.MakeReadOnly(vault);
                break;
            case Deed.Ask:
                Say($"at {state}");
                Console.In.ReadLine();
                break;
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
