using System.Collections.Concurrent;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace ImeiAgent.TestKit;

/// <summary>
/// Cancels the token of a test that takes longer than <see cref="Limit"/>, so that one lost reply fails one test instead of holding up
/// all others for ever. On every test assembly, by <c>Directory.Build.props</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class EndsInTimeAttribute : BeforeAfterTestAttribute
{
    /// <summary>Several times what the slowest test takes on a machine under load.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static readonly ConcurrentDictionary<string, Timer> Running = new();

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ITestContext context = TestContext.Current;
        Running[test.UniqueID] = new Timer(_ => context.CancelCurrentTest(), null, Limit, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryRemove(test.UniqueID, out Timer? timer))
            timer.Dispose();
    }
}
