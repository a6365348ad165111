using Google.Protobuf;
using ImeiAgent.Diag.Nv;
using ImeiAgent.PhoneSimulator;
using ImeiAgent.V1;
using Xunit;
using NvItem = ImeiAgent.V1.NvItem;

namespace ImeiAgent.EndToEnd;

/// <summary>Items as they came to a client, held against what the phone holds.</summary>
internal static class ItemStream
{
    /// <summary>The messages that a command line with <c>--json</c> printed; reads have the messages of watches. A torn last line is left out.</summary>
    public static IReadOnlyList<WatchJobResponse> Parse(IEnumerable<string> lines, bool mayBeTorn = false)
    {
        var messages = new List<WatchJobResponse>();
        string[] all = [.. lines];
        for (int line = 0; line < all.Length; line++)
        {
            try
            {
                messages.Add(WatchJobResponse.Parser.ParseJson(all[line]));
            }
            catch (Exception e) when (mayBeTorn && line == all.Length - 1 && e is InvalidJsonException or InvalidProtocolBufferException)
            {
                // Its writer was killed.
            }
        }
        return messages;
    }

    /// <summary>Fails unless these are the items of SIM 1 from 0 on, each once, in order and as the phone holds it.</summary>
    /// <returns>How many came.</returns>
    public static int IsTrue(IEnumerable<WatchJobResponse> messages, SimulatedPhone phone)
    {
        int count = 0;
        foreach (NvItem item in messages.SelectMany(message => (IEnumerable<NvItem>?)message.Batch?.Items ?? []))
        {
            Assert.True(item.Item == count && item.Slot == 1, $"item {item.Item} of SIM {item.Slot} came where {count} was expected");
            NvReading truth = phone.Truth(1, count);
            bool same = truth.Outcome == Diag.Nv.NvOutcome.Refused
                ? item.Outcome == V1.NvOutcome.Refused && item.Refusal == truth.Code
                : item.Outcome == V1.NvOutcome.Answered && item.Status == truth.Code
                    && item.Data.Span.SequenceEqual(truth.IsActive ? truth.Data.Bytes : default);
            Assert.True(same, $"item {count} came as {item}; the phone holds {truth}");
            count++;
        }
        return count;
    }
}
