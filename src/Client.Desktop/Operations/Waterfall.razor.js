// The keys of a treegrid: up and down go through the lines that are shown, right opens or goes in, left closes or goes out.
export function navigate(table) {
  const shown = () => [...table.tBodies[0].rows].filter(row => !row.hidden);
  const level = row => Number(row.getAttribute('aria-level'));

  // One line only is reached by Tab.
  const mark = row => {
    for (const other of table.tBodies[0].rows)
      other.tabIndex = other === row ? 0 : -1;
  };
  table.addEventListener('focusin', event => mark(event.target.closest('tbody tr') ?? shown()[0]));

  table.addEventListener('keydown', event => {
    const row = event.target;
    if (row.parentElement !== table.tBodies[0] || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const rows = shown(), at = rows.indexOf(row), open = row.getAttribute('aria-expanded');
    let to;
    if (event.key === 'ArrowDown')
      to = rows[at + 1];
    else if (event.key === 'ArrowUp')
      to = rows[at - 1];
    else if (event.key === 'Home')
      to = rows[0];
    else if (event.key === 'End')
      to = rows[rows.length - 1];
    else if (event.key === 'ArrowRight' && open === 'true')
      to = rows[at + 1];
    else if (event.key === 'ArrowLeft' && open !== 'true')
      to = rows.slice(0, at).findLast(above => level(above) < level(row));
    else if (event.key === 'ArrowRight' ? open === 'false' : event.key === 'ArrowLeft')
      row.querySelector('button.toggle').click();
    else
      return;
    event.preventDefault();
    to?.focus();
  });
}
