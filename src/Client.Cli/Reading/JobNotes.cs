using ImeiAgent.V1;

namespace ImeiAgent.Client.Cli.Reading;

/// <summary>Tells a person once what there is to know of a job: its notes, and what it waits for.</summary>
internal sealed class JobNotes(Screen screen)
{
    private readonly HashSet<string> _told = [];
    private bool _waits;

    public void Tell(IEnumerable<string> notes)
    {
        foreach (string note in notes)
            if (_told.Add(note))
                screen.Note("note: " + note);
    }

    public void Tell(Job job)
    {
        Tell(job.Notes);
        bool waits = job.State == JobState.WaitingForPhone;
        if (waits && !_waits)
        {
            string until = job.WaitUntil is { } time ? $" until {JobPrinter.Time(time)} UTC" : "";
            screen.Note($"note: waiting for the phone{until}. {job.Hint}".TrimEnd());
        }
        else if (_waits && job.State == JobState.Running)
        {
            screen.Note("note: the phone is back; reading goes on");
        }
        _waits = waits;
    }

    /// <summary>For what the connection does, as often as it does it.</summary>
    public void TellAgain(string note) => screen.Note("note: " + note);
}
