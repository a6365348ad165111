using System.Globalization;
using ImeiAgent.Diag.Identity;

namespace ImeiAgent.Operations;

/// <summary>
/// The one place of this room for the texts of <see cref="OperationException"/>. Each says what happened and what a
/// person should do; none holds an unmasked number, an SPC or item data.
/// </summary>
internal static partial class Faults
{
    /// <summary>The field that tells a phone that went away from another that answers in its place.</summary>
    public const string AnotherAnswers = "another_answers";

    public static OperationException DeviceNotFound(string asked, IReadOnlyList<PhoneView> present)
    {
        string known = present.Count == 0 ? "No port is known either." : $"Known: {string.Join(", ", present.Select(p => $"{p.Name} on {p.Port}"))}.";
        string what = asked.Length == 0 ? "No phone is attached." : $"No phone has the name or port \"{asked}\".";
        return new(OperationError.DeviceNotFound, $"{what} {known}");
    }

    public static OperationException DeviceAmbiguous(string asked, IReadOnlyList<PhoneView> candidates)
    {
        string names = string.Join(", ", candidates.Select(p => p.Name));
        string what = asked.Length == 0 ? "Several phones are attached" : $"Several phones fit \"{asked}\"";
        return new(OperationError.DeviceAmbiguous, $"{what}; name one: {names}.") { Fields = Field("candidates", names) };
    }

    /// <summary>The phone that was asked for is there and not ready.</summary>
    public static OperationException NotReady(PhoneView phone) => phone.State switch
    {
        PhoneState.NotDiag or PhoneState.Silent =>
            new(OperationError.NotADiagPort, $"{phone.Port} is no diagnostic port. {phone.Hint}"),
        PhoneState.Unsettled =>
            new(OperationError.JournalOpen, $"{phone.Name} is not offered. {phone.Hint}") { Fields = Field("journal", phone.Journal) },
        PhoneState.Disconnected =>
            new(OperationError.DeviceDisconnected, $"{phone.Name} is not connected. {phone.Hint}"),
        PhoneState.Probing =>
            new(OperationError.PortUnavailable, $"{phone.Port} is still being probed. Try again in a few seconds."),
        _ => new(OperationError.PortUnavailable, $"{phone.Port} cannot be used. {phone.Hint}"),
    };

    public static OperationException NoReply(string phone, Exception? inner = null) =>
        new(OperationError.NoReply, $"{phone} does not answer. Restart the phone and try again.", inner);

    public static OperationException Disconnected(string phone, Exception? inner = null) =>
        new(OperationError.DeviceDisconnected, $"{phone} went away. Connect it again, then repeat what you asked for.", inner);

    /// <summary>The serial numbers behind an open port are no longer those of its phone.</summary>
    public static OperationException NotTheSame(string phone) =>
        new(OperationError.DeviceDisconnected,
            $"What answers at the port is not {phone} any more, or does not tell that it is. List the devices and choose again.")
        { Fields = Field(AnotherAnswers, "true") };

    public static OperationException PhoneRefused(string phone, string answer, string advice, Exception? inner = null) =>
        new(OperationError.PhoneRefused, $"{phone} answered {answer}.{advice}", inner) { Fields = Field("phone_answer", answer) };

    public static OperationException SlotUnreachable(string phone, int slot, string answer) =>
        new(OperationError.SlotUnreachable,
            $"{phone} offers no way to SIM {slot} over DIAG (it answered {answer}). A phone with one SIM has none; "
            + "with two, only the maker's own service tool reaches it.")
        { Fields = Field("phone_answer", answer) };

    public static OperationException Argument(string field, string what) =>
        new(OperationError.ArgumentInvalid, $"{field}: {what}") { Fields = Field("field", field) };

    public static OperationException PageToken() => Argument("page_token", "it is of no earlier page.");

    public static OperationException Stopping() =>
        new(OperationError.AgentStopping, "The agent is ending and begins nothing new. Try again when it runs.");

    public static OperationException Label(ImeiLabel label) =>
        new(OperationError.ImeiInvalid, $"{Describe(label, isIncomplete: false)} Nothing was sent.") { Fields = Field("fault", label.Fault.ToString()) };

    /// <summary>What a person should know of a label; none of its digits.</summary>
    public static string Describe(ImeiLabel label, bool isIncomplete) => label.Fault switch
    {
        ImeiFault.None when label.Form == ImeiForm.Imeisv =>
            "This is an IMEISV: its last two digits, a software version, are left out, and the check digit was computed. Compare it with the label.",
        ImeiFault.None when label.Form == ImeiForm.ImeiWithSoftwareVersion => "The last two digits, a software version, are left out.",
        ImeiFault.None when label.CheckDigitComputed => "The check digit was computed: compare it with the label.",
        ImeiFault.None => "",
        ImeiFault.NotDigits => "The number holds something other than digits, blanks, dashes and slashes.",
        ImeiFault.WrongLength when isIncomplete => string.Create(CultureInfo.InvariantCulture, $"{label.DigitCount} of 15 digits."),
        ImeiFault.WrongLength => string.Create(CultureInfo.InvariantCulture,
            $"The number has {label.DigitCount} digits. An IMEI has 15; labels also show 14, 16 (IMEISV) or 17 (IMEI and SVN)."),
        ImeiFault.WrongCheckDigit =>
            "The check digit of these digits is wrong: a digit was probably misread. Compare with the label digit by digit.",
        ImeiFault.AllZero => "The number is all zeros: what a phone shows when it has lost its IMEI.",
        ImeiFault.RepeatedDigit => "The number repeats one digit: no phone was sold with it.",
        ImeiFault.Placeholder => "The number is a placeholder that firmware and emulators show when they have none.",
        ImeiFault.ReservedTac => "The number begins with digits reserved for tests: no phone was sold with it.",
        _ => "The number is not accepted.",
    };

    internal static Dictionary<string, string> Field(string name, string value) => new() { [name] = value };
}
