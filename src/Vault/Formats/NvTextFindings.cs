namespace ImeiAgent.Vault.Formats;

/// <summary>Keeps the first 100 findings and counts the others; a fatal one is always kept.</summary>
internal sealed class NvTextFindings
{
    public const int Most = 100;

    private readonly List<NvTextFinding> _kept = [];

    public IReadOnlyList<NvTextFinding> Kept => _kept;

    public int Dropped { get; private set; }

    public bool AnyFatal { get; private set; }

    public void Note(NvTextRule rule, int line, string text) => Add(new NvTextFinding(NvTextSeverity.Note, rule, line, text));

    public void Warn(NvTextRule rule, int line, string text) => Add(new NvTextFinding(NvTextSeverity.Warning, rule, line, text));

    public void Fatal(NvTextRule rule, int line, string text)
    {
        var fatal = new NvTextFinding(NvTextSeverity.Fatal, rule, line, text);
        if (!AnyFatal && _kept.Count == Most)
        {
            _kept[^1] = fatal;
            Dropped++;
        }
        else
        {
            Add(fatal);
        }
        AnyFatal = true;
    }

    /// <summary>A fatal finding after which reading on makes no sense.</summary>
    public NvTextException Refuse(NvTextRule rule, int line, string text)
    {
        Fatal(rule, line, text);
        return new NvTextException(_kept);
    }

    private void Add(NvTextFinding finding)
    {
        if (_kept.Count < Most)
            _kept.Add(finding);
        else
            Dropped++;
    }
}
