using Grpc.Core;
using ImeiAgent.V1;

namespace ImeiAgent.Client;

/// <summary>What every client tells of a job in the same way.</summary>
public static class JobTraits
{
    extension(Job job)
    {
        /// <summary>Whether it reads all 65,536 items of each of its slots; else it is no full backup, whatever it is called.</summary>
        public bool ReadsEverything => !job.Quick && job.Slots.Count > 0 && job.Progress?.Total == 65536u * (uint)job.Slots.Count;

        /// <summary>Whether nothing will become of it any more.</summary>
        public bool HasEnded => job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

        /// <summary>What a watch of it ends with; null when it did not fail and was not cancelled.</summary>
        public AgentException? Failure => job.State is not (JobState.Failed or JobState.Cancelled)
            ? null
            : new AgentException(
                AgentException.AgentDomain, Reason(job), job.ErrorMessage.Length > 0 ? job.ErrorMessage : "The job was cancelled.",
                StatusCode.Aborted, new Dictionary<string, string> { ["job"] = job.Name }, null);
    }

    private static string Reason(Job job) =>
        job.ErrorReason.Length > 0 ? job.ErrorReason : job.State == JobState.Cancelled ? "JOB_CANCELLED" : "INTERNAL";
}
