using Grpc.Core;
using ImeiAgent.Client.Contexts;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli;

// The one catch of the command line: every failure becomes a sentence (or JSON) on stderr and an exit code.
internal static class Failures
{
    public static async Task<ExitCode> CatchAsync(Screen screen, Func<Task<ExitCode>> body, CancellationToken cancellation)
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (AgentException fault)
        {
            return Report(screen, fault);
        }
        catch (ContextException fault)
        {
            return Report(screen, ExitCodes.For(fault), fault.Reason, fault.Message);
        }
        catch (CliException fault)
        {
            return Report(screen, fault.Code, fault.Reason, fault.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Report(screen, ExitCode.Cancelled, "CANCELLED", "cancelled");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Report(screen, ExitCode.File, "FILE", fault.Message);
        }
#pragma warning disable CA1031 // The last resort of an executable.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Report(screen, ExitCode.Internal, "INTERNAL", $"a fault of this program: {fault.GetType().Name}: {fault.Message}");
        }
    }

    public static ExitCode Report(Screen screen, AgentException fault)
    {
        RunTrace.Fails(fault.Reason);
        screen.Error(Sentence(fault), Json.Error(fault));
        if (!screen.Json && fault.Code == ErrorReason.JournalOpen && fault.Metadata.TryGetValue("journal", out string? open))
            screen.Say($"What is open, and what settles it: imei journal show {Names.Short(open)}");
        if (!screen.Json && Advice.For(fault) is { } advice)
            screen.Say(advice);
        return ExitCodes.For(fault);
    }

    /// <summary>An agent's refusal in one line.</summary>
    public static string InOneLine(AgentException fault) => Sentence(fault);

    private static ExitCode Report(Screen screen, ExitCode code, string reason, string message)
    {
        StatusCode status = code switch
        {
            ExitCode.Usage => StatusCode.InvalidArgument,
            ExitCode.Cancelled => StatusCode.Cancelled,
            ExitCode.File or ExitCode.Refused => StatusCode.FailedPrecondition,
            _ => StatusCode.Internal,
        };
        RunTrace.Fails(reason);
        screen.Error(message, Json.Error(status, message, reason));
        return code;
    }

    // The agent's own sentence, and the fields that a person needs to go on.
    private static string Sentence(AgentException fault)
    {
        string text = fault.Message.Length > 0 ? fault.Message : fault.Reason;
        foreach (string key in (string[])["candidates", "findings", "phone_answer"])
            if (fault.Metadata.TryGetValue(key, out string? value) && value.Length > 0 && !text.Contains(value, StringComparison.Ordinal))
                text += $" ({key.Replace('_', ' ')}: {value})";
        return $"{text} [{fault.Reason}]";
    }
}
