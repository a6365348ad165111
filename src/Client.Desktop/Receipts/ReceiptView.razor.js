// Opens the print dialogue of the window.
export function print() {
  window.print();
}

// Saves a file of this program. Returns null, or the sentence of why there is none.
export async function save(address) {
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    return "The program did not answer.";
  }
  if (!answer.ok)
    return await answer.text();
  const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "receipt.pdf";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  // The browser has taken the bytes by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return null;
}
