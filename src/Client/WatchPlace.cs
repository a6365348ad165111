using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What was asked for of a job, and how far it has come: the place where a watch that broke goes on.</summary>
/// <param name="request">What is wanted. The name may be empty until the header tells it.</param>
/// <param name="isKnown">Whether the job is known to exist.</param>
internal sealed class WatchPlace(WatchJobRequest request, bool isKnown)
{
    private readonly WatchJobRequest _rest = new(request);
    private ulong _last = Math.Max(1, request.FromSequence) - 1;
    private bool _headerCame;
    private bool _somethingCame;
    private Job? _job;

    /// <summary>Whether the job is known to exist, so that it is worth waiting for the agent.</summary>
    public bool IsKnown { get; private set; } = isKnown;

    /// <summary>Whether it can be asked for again: by its name, or as if for the first time. Agents before jobs tell no name.</summary>
    public bool CanGoOn => _rest.Name.Length > 0 || !_somethingCame;

    /// <summary>Whether the summary came.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Asks for what is still to come.</summary>
    public WatchJobRequest Rest => new(_rest) { FromSequence = _rest.FromNow ? 0 : _last + 1 };

    /// <summary>Notes what came. False when the caller has it already.</summary>
    public bool Take(WatchJobResponse message)
    {
        _somethingCame = true;
        switch (message.EventCase)
        {
            case WatchJobResponse.EventOneofCase.Header:
                return TakeHeader(message.Header);
            case WatchJobResponse.EventOneofCase.Batch:
                if (message.Batch.Sequence <= _last && !_rest.FromNow)
                    return false;
                GoTo(message.Batch.Sequence);
                return true;
            case WatchJobResponse.EventOneofCase.Progress:
                // The number tells what is on the agent's disk. A watcher that gets batches may be behind that; one that wants none has
                // them all, and one that wants those from now on and has none yet begins there.
                if (_rest.OmitItems || _rest.FromNow)
                    GoTo(Math.Max(_last, message.Progress.Sequence));
                return true;
            case WatchJobResponse.EventOneofCase.Job:
                bool isNews = _job is null || _job.State != message.Job.State || _job.Hint != message.Job.Hint || _job.Notes.Count != message.Job.Notes.Count;
                _job = message.Job;
                return isNews;
            case WatchJobResponse.EventOneofCase.Summary:
                IsAtEnd = true;
                return true;
            default:
                return true;
        }
    }

    private bool TakeHeader(ReadHeader header)
    {
        if (header.Job.Length > 0)
        {
            _rest.Name = header.Job; // In full: what was typed may be the beginning of another's name by now.
            IsKnown = true;
        }
        bool isFirst = !_headerCame;
        _headerCame = true;
        return isFirst;
    }

    private void GoTo(ulong sequence)
    {
        _last = sequence;
        _rest.FromNow = false;
    }
}
