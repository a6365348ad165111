using System.Text.Json;

namespace ImeiAgent.Demo;

/// <summary>The main job, told in verbs of the command line: a phone that lost its IMEI gets it back from its label.</summary>
internal sealed class Story(Bench bench, Typist typist, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The name of the phone that lost its IMEI.</summary>
    public string Phone { get; private set; } = "";

    /// <summary>Tells it. True only when the number on the label was read back from the phone at the end.</summary>
    public async Task<bool> TellAsync(CancellationToken ct)
    {
        Phone = await NameWhenReadyAsync(bench.LostPort, ct);
        await NameWhenReadyAsync(bench.HealthyPort, ct);
        string file = Path.Combine(bench.Folder, "before.txt");

        await typist.SayAsync("Which phones are attached?");
        int code = await typist.TypeAsync("devices");

        await typist.SayAsync("One of them has lost its IMEI: before.");
        code |= await typist.TypeAsync("-d", Phone, "identify");
        code |= await typist.TypeAsync("-d", Phone, "nv", "read", "550");

        await typist.SayAsync("Before anything else: a full dump, items 0 to 65535 of both SIMs, kept by the agent and in a file.");
        code |= await typist.TypeAsync("-d", Phone, "backup", "-o", file);

        await typist.SayAsync("The number comes from the label, with its software version behind the last slash.");
        string label = $"{Bench.LabelImei[..8]}/{Bench.LabelImei[8..14]}/{Bench.LabelImei[14..]}/01";
        code |= await typist.TypeAsync("-d", Phone, "restore", "--label", label, "--reason", "Demo: IMEI lost", "--evidence", "photo of the label", "--yes");

        await typist.SayAsync("After: asked of the phone once more, and what the agent keeps of it.");
        code |= await typist.TypeAsync("-d", Phone, "identify", "--reveal");
        code |= await typist.TypeAsync("journal");

        await typist.SayAsync("What happened in between, step by step, down to the phone's answers. Every error names its trace.");
        code |= await typist.TypeAsync("trace", "show", await TraceOfRestoreAsync());

        return code == 0 && await ReadBackAsync() == Bench.LabelImei;
    }

    private async Task<string?> ReadBackAsync()
    {
        JsonElement answer = await typist.AskAsync("-d", Phone, "identify", "--reveal");
        JsonElement first = answer.GetProperty("device").GetProperty("imeiSlots")[0];
        return first.GetProperty("state").GetString() == "IMEI_SLOT_STATE_OK" ? first.GetProperty("imei").GetString() : null;
    }

    private async Task<string> TraceOfRestoreAsync()
    {
        JsonElement answer = await typist.AskAsync("-d", Phone, "trace", "list");
        return answer.GetProperty("traces").EnumerateArray()
            .Single(trace => trace.GetProperty("name").GetString() == "restore").GetProperty("traceId").GetString()!;
    }

    private async Task<string> NameWhenReadyAsync(string port, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            JsonElement answer = await typist.AskAsync("devices");
            foreach (JsonElement device in answer.GetProperty("devices").EnumerateArray())
                if (device.GetProperty("port").GetString() == port && device.GetProperty("state").GetString() == "DEVICE_STATE_READY")
                    return device.GetProperty("name").GetString()!["devices/".Length..];
            if (time.GetElapsedTime(start) > s_patience)
                throw new TimeoutException($"The phone on {port} did not become ready within {s_patience.TotalSeconds:0} s.");
            await Task.Delay(s_pause, time, ct);
        }
    }
}
