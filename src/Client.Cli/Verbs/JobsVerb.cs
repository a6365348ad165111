using System.CommandLine;
using ImeiAgent.Client.Cli.Reading;
using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Verbs;

// imei jobs list | show | watch | wait | cancel
internal static partial class JobsVerb
{
    private const int PageSize = 200;

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

    private static async Task<ExitCode> ListAsync(Invocation invocation)
    {
        List<Job> all = [];
        ListJobsRequest request = new() { Device = invocation.Device, PageSize = PageSize };
        do
        {
            ListJobsResponse page = await invocation.Client.ListJobsAsync(request, invocation.Cancellation).ConfigureAwait(false);
            if (invocation.Screen.Json)
                invocation.Screen.Message(page);
            all.AddRange(page.Jobs);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        if (invocation.Screen.Json)
            return ExitCode.Ok;
        if (all.Count == 0)
            invocation.Screen.Note("No jobs. imei backup starts one.");
        else
            invocation.Screen.Table(JobPrinter.Headers, all.Select(JobPrinter.Row));
        foreach (Job waiting in all.Where(job => job.Hint.Length > 0))
            invocation.Screen.Note($"{Names.Short(waiting.Name)}: {waiting.Hint}");
        return ExitCode.Ok;
    }
}
