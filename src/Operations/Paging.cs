namespace ImeiAgent.Operations;

/// <summary>Pages of a list that the vault holds.</summary>
internal static class Paging
{
    private const int DefaultSize = 100;
    private const int LargestSize = 1000;

    /// <summary>One page and the token of the next; the token is empty at the end.</summary>
    /// <param name="pageSize">1 to 1,000; 0 means 100.</param>
    /// <param name="list">Gives the rows of the page, at most as many as it is told: 1 to 1,000.</param>
    /// <param name="token">What tells the next page behind which row it begins.</param>
    /// <exception cref="OperationException">The size is wrong, the token is of no page, or the vault failed.</exception>
    public static (T[] Rows, string NextToken) Page<T>(int pageSize, Func<int, IReadOnlyList<T>> list, Func<T, string> token)
    {
        if (pageSize is < 0 or > LargestSize)
            throw Faults.Argument("page_size", "0 to 1,000 is expected.");
        int size = pageSize == 0 ? DefaultSize : pageSize;
        // One row more than wanted tells whether there is a next page; the vault gives no more than 1,000, so a page of that many may have an empty one behind it.
        int limit = Math.Min(size + 1, LargestSize);
        IReadOnlyList<T> found;
        try
        {
            found = VaultAccess.Try(() => list(limit));
        }
        catch (OperationException e) when (e.Error is OperationError.JobNotFound or OperationError.SnapshotNotFound)
        {
            throw Faults.PageToken();
        }
        T[] rows = [.. found.Take(size)];
        return (rows, found.Count == limit ? token(rows[^1]) : "");
    }
}
