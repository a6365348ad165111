using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei jobs list | show | watch | wait | cancel
internal static partial class JobsVerb
{
    // For commands that take a NAME.
    private const string NameIsEnough = "The job's NAME is enough: leave -d out. imei jobs list -d PHONE lists the jobs of one phone.";

    public static Command Build(Globals globals) =>
        new("jobs", "Dumps that the agent is reading or has read: from any desk, however they were started.")
        {
            BuildList(globals), BuildShow(globals), BuildWatch(globals), BuildWait(globals), BuildCancel(globals),
        };

    private static Argument<string> NameArgument() => new("NAME") { Description = "Name of the job, or a unique beginning of it." };

    private static Command BuildList(Globals globals)
    {
        Command list = new("list", "List jobs, newest first; with -d those of one phone, attached or not. Ended ones are kept for 30 days.");
        globals.Run(list, ListAsync);
        return list;
    }

    private static Command BuildShow(Globals globals)
    {
        Argument<string> name = NameArgument();
        Command show = new("show", "Show what a job does, waits for, or came to.") { name };
        globals.RefuseDevice(show, NameIsEnough);
        globals.Run(show, async invocation =>
        {
            GetJobRequest request = new() { Name = invocation.Parsed.GetRequiredValue(name) };
            GetJobResponse answer = await invocation.Client.GetJobAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                JobPrinter.Print(invocation.Screen, answer.Job);
            return ExitCode.Ok;
        });
        return show;
    }

    private static Command BuildCancel(Globals globals)
    {
        Argument<string> name = NameArgument();
        Command cancel = new("cancel", "End a job, whoever watches it; the phone is asked nothing more. Of one that has ended nothing is changed.") { name };
        globals.RefuseDevice(cancel, NameIsEnough);
        globals.Run(cancel, async invocation =>
        {
            CancelJobRequest request = new() { Name = invocation.Parsed.GetRequiredValue(name) };
            CancelJobResponse answer = await invocation.Client.CancelJobAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(answer);
            else
                invocation.Screen.Line($"{Names.Short(answer.Job.Name)}  {Words.For(answer.Job.State)}");
            return ExitCode.Ok;
        });
        return cancel;
    }

    private static Task<ExitCode> ListAsync(Invocation invocation) => Pages.ListAsync(
        invocation,
        token => invocation.Client.ListJobsAsync(
            new ListJobsRequest { Device = invocation.Device, PageSize = Pages.Size, PageToken = token }, invocation.Cancellation),
        page => (page.Jobs, page.NextPageToken),
        all => Show(invocation.Screen, all));

    private static void Show(Screen screen, IReadOnlyList<Job> all)
    {
        if (all.Count == 0)
            screen.Note("No jobs. imei backup starts one.");
        else
            screen.Table(JobPrinter.Headers, all.Select(JobPrinter.Row));
        foreach (Job waiting in all.Where(job => job.Hint.Length > 0))
            screen.Note($"{Names.Short(waiting.Name)}: {waiting.Hint}");
    }
}
