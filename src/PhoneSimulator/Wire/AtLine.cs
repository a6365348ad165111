using System.Text;

namespace ImeiAgent.PhoneSimulator.Wire;

/// <summary>A port that is not DIAG: echoes what comes, answers lines that begin with AT, and says ERROR to the rest.</summary>
internal sealed class AtLine(SimulatedPhone phone, Stream port)
{
    private const int LongestLine = 2048;

    private readonly List<byte> _line = [];

    public bool Receive(ReadOnlySpan<byte> bytes)
    {
        phone.Counters.Received(bytes.Length);
        var output = new List<byte>();
        foreach (byte value in bytes)
        {
            output.Add(value);
            if (value is (byte)'\r' or (byte)'\n')
            {
                output.AddRange(Encoding.ASCII.GetBytes(Answer(Encoding.Latin1.GetString([.. _line]).Trim())));
                _line.Clear();
            }
            else if (_line.Count < LongestLine)
            {
                _line.Add(value);
            }
        }
        try
        {
            port.Write([.. output]);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
        return true;
    }

    private string Answer(string line) => line.ToUpperInvariant() switch
    {
        "" => "",
        "AT" or "ATE1" or "ATZ" => "\r\nOK\r\n",
        "ATI" => $"\r\nManufacturer: SAMSUNG ELECTRONICS CORPORATION\r\nModel: {phone.Profile.Model}\r\nRevision: {phone.Profile.Build}\r\n\r\nOK\r\n",
        "AT+CGMM" or "AT+GMM" => $"\r\n{phone.Profile.Model}\r\n\r\nOK\r\n",
        "AT+CGMR" => $"\r\n{phone.Profile.Build}\r\n\r\nOK\r\n",
        _ => "\r\nERROR\r\n",
    };
}
