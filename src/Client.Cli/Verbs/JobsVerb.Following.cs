using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei jobs watch | wait
internal static partial class JobsVerb
{
    private static Command BuildWatch(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<ulong> from = new("--from") { Description = "With --json: the first batch wanted; the one after the last you have.", HelpName = "N" };
        Option<bool> now = new("--now") { Description = "With --json: only batches yet to come." };
        Command watch = new("watch", "Follow a job to its end; with --json its items too. Any number may. Ctrl-C ends the watching, not the job.")
        {
            name, from, now,
        };
        watch.Validators.Add(result =>
        {
            if (result.GetResult(from) is not null && result.GetResult(now) is { Implicit: false })
                result.AddError("Give one of --from and --now.");
            else if ((result.GetResult(from) is not null || result.GetResult(now) is { Implicit: false }) && !result.GetValue(globals.Json))
                result.AddError("--from and --now choose items, and items are printed with --json only: add --json, or leave them out.");
        });
        globals.RefuseDevice(watch, NameIsEnough);
        globals.Run(watch, invocation => WatchAsync(invocation, new WatchJobRequest
        {
            Name = invocation.Parsed.GetRequiredValue(name),
            FromSequence = invocation.Parsed.GetValue(from),
            FromNow = invocation.Parsed.GetValue(now),
            OmitItems = !invocation.Screen.Json,
        }));
        return watch;
    }

    private static Command BuildWait(Globals globals)
    {
        Argument<string> name = NameArgument();
        Option<uint?> timeout = new("--timeout") { Description = "How long at most; exit code 8 when the job has not ended by then.", HelpName = "SECONDS" };
        Command wait = new("wait", "Wait for a job's end. The exit code is that of the backup it was.") { name, timeout };
        globals.RefuseDevice(wait, NameIsEnough);
        globals.Run(wait, invocation => WaitAsync(invocation, invocation.Parsed.GetRequiredValue(name), invocation.Parsed.GetValue(timeout)));
        return wait;
    }

    private static async Task<ExitCode> WatchAsync(Invocation invocation, WatchJobRequest request)
    {
        Screen screen = invocation.Screen;
        // Who joins is told what the job waits for, and from what it came.
        GetJobRequest question = new() { Name = request.Name };
        Job job = (await invocation.Client.GetJobAsync(question, invocation.Cancellation).ConfigureAwait(false)).Job;
        request.Name = job.Name;
        JobNotes notes = new(screen);
        if (!job.HasEnded)
            notes.Tell(job);
        ReadSummary summary;
        try
        {
            summary = await JobWatch.RunAsync(invocation, request, notes, invocation.Cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (invocation.Cancellation.IsCancellationRequested)
        {
            string name = Names.Short(job.Name);
            throw new CliException(ExitCode.Cancelled, "CANCELLED", $"stopped watching; job {name} goes on. Again: imei jobs watch {name}");
        }
        if (!screen.Json)
        {
            screen.Line(JobWatch.Describe(summary, job.Quick));
            SnapshotRead.WarnIfIncomplete(screen, summary);
        }
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.Incomplete;
    }

    private static async Task<ExitCode> WaitAsync(Invocation invocation, string name, uint? seconds)
    {
        Screen screen = invocation.Screen;
        TimeSpan? limit = seconds is { } given ? TimeSpan.FromSeconds(given) : null;
        Job job = await invocation.Client.WaitJobAsync(name, limit, invocation.Cancellation).ConfigureAwait(false);
        if (screen.Json)
            screen.Message(new WaitJobResponse { Job = job });
        if (!job.HasEnded)
            throw new CliException(ExitCode.Incomplete, "JOB_NOT_ENDED",
                $"job {Names.Short(job.Name)} has not ended after {seconds} s: {Words.For(job.State)}, {ProgressReport.Describe(job.Progress ?? new())}");
        if (job.Failure is { } failure)
            return Failures.Report(screen, failure);
        ReadSummary summary = job.Summary ?? new ReadSummary();
        if (!screen.Json)
        {
            screen.Line(JobWatch.Describe(summary, job.Quick));
            SnapshotRead.WarnIfIncomplete(screen, summary);
        }
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.Incomplete;
    }
}
