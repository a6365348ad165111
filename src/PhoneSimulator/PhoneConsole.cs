using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;

namespace ImeiAgent.PhoneSimulator;

/// <summary>What a standalone simulator is told while it runs: one command a line, each answered with one line.</summary>
internal sealed class PhoneConsole(PhoneHost host)
{
    public const string Help =
        "While it runs it reads commands from standard input, one a line, and answers each with one line, \"ok\" or \"error: ...\":\n"
        + "  unplug                  pulls the cable; the phone stays on\n"
        + "  plug                    puts it back, and switches the phone on if it was off\n"
        + "  put SLOT ITEM HEX       arranges an NV item: slot 1 or 2, item 0 to 65535, 1 to 128 bytes\n"
        + "  erase SLOT ITEM         makes an NV item not active\n"
        + "  quirk NAME=VALUE,...    misbehaves so from now on, in place of all earlier quirks; none: not at all. Counts start anew\n"
        + "  die                     loses power: the process is killed, without an answer\n"
        + "The end of the input is ignored.";

    /// <summary>Obeys until the input ends. Blocks.</summary>
    public void Run(TextReader commands, TextWriter answers)
    {
        try
        {
            while (commands.ReadLine() is { } line)
                answers.WriteLine(Obey(line));
        }
        catch (IOException)
        {
            // Who gave the commands has left; the phone stays.
        }
    }

    private string Obey(string line)
    {
        try
        {
            Do(line.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            return "ok";
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or Win32Exception or SocketException
            or UnauthorizedAccessException or ObjectDisposedException)
        {
            return $"error: {wrong.Message.ReplaceLineEndings(" ")}";
        }
    }

    private void Do(string[] words)
    {
        switch (words)
        {
            case ["unplug"]:
                host.Unplug();
                break;
            case ["plug"]:
                host.Replug();
                break;
            case ["put", var slot, var item, var data]:
                host.Phone.Put(Number(slot, "slot", 1, 2), Number(item, "item", 0, 65535), Bytes(data));
                break;
            case ["erase", var slot, var item]:
                host.Phone.Erase(Number(slot, "slot", 1, 2), Number(item, "item", 0, 65535));
                break;
            case ["quirk", .. var quirks]:
                host.Phone.Quirks = Quirks.Parse(string.Join(',', quirks));
                break;
            case ["die"]:
                host.LosePower();
                break;
            default:
                throw new FormatException(
                    $"'{string.Join(' ', words)}' is none of: unplug, plug, put SLOT ITEM HEX, erase SLOT ITEM, quirk NAME=VALUE,..., die");
        }
    }

    private static int Number(string text, string what, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is no {what} from {least} to {most}");

    private static byte[] Bytes(string hex) =>
        hex.Length is >= 2 and <= 256 && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(hex)
            : throw new FormatException($"'{hex}' is not 1 to 128 bytes of two hex digits each");
}
