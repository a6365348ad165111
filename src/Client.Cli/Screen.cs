using Google.Protobuf;
using Spectre.Console;

namespace ImeiAgent.Client.Cli;

/// <summary>A piece of text and its colour; cleaned when it is shown.</summary>
internal readonly record struct Cell(string Text, Color? Color = null)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>
/// The only way to the terminal. Everything that passes here is cleaned of control characters, so that no phone, file or snapshot
/// name can move the cursor, hide a line or set a title.
/// </summary>
internal sealed class Screen
{
    private readonly Terminal _terminal;
    private readonly IAnsiConsole _out;
    private bool _drawing;

    public Screen(Terminal terminal, bool json, bool quiet)
    {
        _terminal = terminal;
        Json = json;
        Quiet = quiet;
        _out = CreateConsole(terminal, terminal.Out, terminal.OutIsTerminal);
        Err = CreateConsole(terminal, terminal.Err, terminal.ErrIsTerminal);
    }

    /// <summary>Whether standard output carries canonical proto JSON and nothing else.</summary>
    public bool Json { get; }

    /// <summary>Whether progress and notes are kept back.</summary>
    public bool Quiet { get; }

    /// <summary>Standard error, for live progress.</summary>
    public IAnsiConsole Err { get; }

    /// <summary>Whether progress may be drawn live.</summary>
    public bool Live => _terminal.ErrIsTerminal && !Quiet && !Json;

    /// <summary>A line of what was asked for.</summary>
    public void Line(string text) => _terminal.Out.WriteLine(SafeText.Clean(text));

    /// <summary>A coloured line of what was asked for.</summary>
    public void Line(Cell cell) => Write(_out, _terminal.Out, cell);

    /// <summary>A contract message as canonical proto JSON.</summary>
    public void Message(IMessage message) => _terminal.Out.WriteLine(Cli.Json.Line(message));

    /// <summary>Bytes of a text file, as they are.</summary>
    public void Raw(string text) => _terminal.Out.Write(text);

    /// <summary>A remark to the person at the terminal; kept back by --quiet, and by --json, whose messages tell it.</summary>
    public void Note(string text)
    {
        if (Quiet || Json)
            return;
        if (_drawing)
            Err.Write(new Text(SafeText.Clean(text) + "\n")); // Above the bar, which is drawn again below.
        else
            _terminal.Err.WriteLine(SafeText.Clean(text));
    }

    /// <summary>From here until it is disposed something is drawn live on <see cref="Err"/>.</summary>
    public IDisposable Draw()
    {
        _drawing = true;
        return new Drawing(this);
    }

    /// <summary>What a person must see whatever the options: questions and what they are about.</summary>
    public void Say(Cell cell) => Write(Err, _terminal.Err, cell);

    /// <summary>A question; the cursor stays behind it.</summary>
    public void Ask(string text)
    {
        _terminal.Err.Write(SafeText.Clean(text));
        _terminal.Err.Flush();
    }

    /// <summary>An error.</summary>
    public void Error(string text, string json)
    {
        if (Json)
            _terminal.Err.WriteLine(json);
        else
            Write(Err, _terminal.Err, new Cell("imei: " + text, Color.Red));
    }

    /// <summary>A table without lines, as tools that are piped like it.</summary>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        Table table = new() { Border = TableBorder.None, ShowHeaders = true };
        foreach (string header in headers)
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))) { NoWrap = !_terminal.OutIsTerminal, Padding = new Padding(0, 0, 3, 0) });
        foreach (IReadOnlyList<Cell> row in rows)
            table.AddRow(row.Select(Render));
        _out.Write(table);
    }

    private static void Write(IAnsiConsole console, TextWriter plain, Cell cell)
    {
        // Spectre breaks lines at the margin, which spoils what a person copies; only colour is worth that.
        if (cell.Color is null)
        {
            plain.WriteLine(SafeText.Clean(cell.Text));
            return;
        }
        console.Write(Render(cell));
        console.WriteLine();
    }

    private static Text Render(Cell cell) => new(SafeText.Clean(cell.Text), cell.Color is { } color ? new Style(color) : Style.Plain);

    private static IAnsiConsole CreateConsole(Terminal terminal, TextWriter writer, bool isTerminal)
    {
        // https://no-color.org: any value but the empty one.
        bool colour = isTerminal && string.IsNullOrEmpty(terminal.Environment("NO_COLOR")) && terminal.Environment("TERM") != "dumb";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal && terminal.Environment("TERM") != "dumb" ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
            EnvironmentVariables = [], // What Spectre finds of CI systems in the environment must not change our output.
        });
        // A file has no right margin: nothing in it is wrapped.
        console.Profile.Width = isTerminal ? terminal.Width : 10_000;
        return console;
    }

    private sealed class Drawing(Screen screen) : IDisposable
    {
        public void Dispose() => screen._drawing = false;
    }
}
