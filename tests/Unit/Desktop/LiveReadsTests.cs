using System.Threading.Channels;
using Grpc.Core;
using ImeiAgent.Client.Desktop.Agents;
using ImeiAgent.Client.Desktop.Nv;
using ImeiAgent.TestKit;
using ImeiAgent.Unit.Client;
using ImeiAgent.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImeiAgent.Unit.Desktop;

// What jobs have read so far, one watch for all windows.
public sealed class LiveReadsTests : IAsyncLifetime
{
    private readonly Channel<WatchJobResponse> _news = Channel.CreateUnbounded<WatchJobResponse>();
    private readonly LiveReads _reads = new(TimeProvider.System);
    private FakeAgent _agent = null!;
    private AgentLink _link = null!;
    private int _ended;

    public async ValueTask InitializeAsync()
    {
        _agent = await FakeAgent.StartAsync();
        _link = AgentLink.Start("local", _agent.Endpoint, TimeProvider.System, NullLogger.Instance);
        _agent.OnWatchJob = async (request, answers, context) =>
        {
            context.CancellationToken.Register(() => Interlocked.Increment(ref _ended));
            await answers.WriteAsync(new WatchJobResponse { Header = new ReadHeader { Job = request.Name } });
            await foreach (WatchJobResponse one in _news.Reader.ReadAllAsync(context.CancellationToken))
                await answers.WriteAsync(one);
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _link.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Two_windows_look_at_one_watch_and_a_reload_finds_what_came()
    {
        LiveRead one = _reads.Look(_link, Job("1")), other = _reads.Look(_link, Job("1"));
        _news.Writer.TryWrite(new WatchJobResponse { Batch = new ReadBatch { Sequence = 1, Items = { Items.Data(550, "083A"), Items.NotActive(551) } } });
        await Eventually.HoldsAsync(() => one.Sheet.Items.Length == 2);
        _reads.Leave(one);
        _reads.Leave(other);
        LiveRead again = _reads.Look(_link, Job("1"));
        _news.Writer.TryWrite(new WatchJobResponse { Summary = new ReadSummary { Total = 2, Active = 1 } });

        await Eventually.HoldsAsync(() => again.IsOver);
        Assert.Same(one, other);
        Assert.Same(one, again);
        Assert.Equal(1u, again.Summary?.Active);
        Assert.Single(_agent.RequestsOf<WatchJobRequest>());
    }

    [Fact]
    public async Task Why_a_job_ended_early_is_told()
    {
        _agent.OnWatchJob = (_, _, _) => throw FakeAgent.Failure(StatusCode.Cancelled, "JOB_CANCELLED", "It was cancelled.");

        LiveRead read = _reads.Look(_link, Job("1"));

        await Eventually.HoldsAsync(() => read.IsOver);
        Assert.Equal("JOB_CANCELLED", read.Fault?.Reason);
    }

    [Fact]
    public async Task Of_those_that_nobody_looks_at_the_last_few_are_watched_on()
    {
        LiveRead looked = _reads.Look(_link, Job("looked-at"));
        for (int i = 0; i < 6; i++)
        {
            LiveRead read = _reads.Look(_link, Job($"{i}"));
            await Eventually.HoldsAsync(() => _agent.RequestsOf<WatchJobRequest>().Any(request => request.Name == read.Job.Name));
            _reads.Leave(read);
        }

        await Eventually.HoldsAsync(() => Volatile.Read(ref _ended) == 2);
        Assert.Same(looked, _reads.Look(_link, Job("looked-at")));
        LiveRead anew = _reads.Look(_link, Job("0"));
        await Eventually.HoldsAsync(() => _agent.RequestsOf<WatchJobRequest>().Count(request => request.Name == anew.Job.Name) == 2);
    }

    private static Job Job(string name) => new() { Name = "jobs/" + name, State = JobState.Running };
}
