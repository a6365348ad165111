// The program is on this machine: one that cannot be reached for a quarter of a minute has ended.
Blazor.start({ circuit: { reconnectionOptions: { maxRetries: 15, retryIntervalMilliseconds: 1000 } } });
