namespace ImeiAgent.Diag.Nv;

/// <summary>An NV item as a phone answered it. <see cref="Data"/> means something only when <see cref="Status"/> is done.</summary>
/// <param name="Id">The item's number, as the reply repeats it.</param>
/// <param name="Status">The NV task's verdict.</param>
/// <param name="Data">The 128 data bytes.</param>
public readonly record struct NvItem(NvItemId Id, NvStatus Status, NvData Data);
