// Handwritten signature by finger, pen or mouse. Whoever cannot draw types the name instead; both need the tick.
export function enhance(root) {
  root.querySelectorAll("[data-signature]").forEach(pad);
}

function pad(box) {
  if (box.dataset.ready !== undefined) return;
  box.dataset.ready = "";
  const frame = box.querySelector("[data-pad]");
  const canvas = frame.querySelector("canvas");
  const image = box.querySelector(`input[name="${CSS.escape(box.dataset.signature)}_image"]`);
  const pen = canvas.getContext("2d");
  let strokes = [];
  let stroke = null;

  const draw = () => {
    const box2 = canvas.getBoundingClientRect();
    const ratio = Math.max(1, devicePixelRatio || 1);
    canvas.width = Math.round(box2.width * ratio);
    canvas.height = Math.round(box2.height * ratio);
    pen.scale(ratio, ratio);
    pen.lineWidth = 2.5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1D2129";
    for (const points of strokes) line(points, 0);
  };
  const line = (points, from) => {
    pen.beginPath();
    pen.moveTo(points[from].x, points[from].y);
    if (points.length === 1) pen.lineTo(points[0].x + .1, points[0].y);
    for (const point of points.slice(from + 1)) pen.lineTo(point.x, point.y);
    pen.stroke();
  };
  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const finish = () => {
    if (!stroke) return;
    stroke = null;
    image.value = canvas.toDataURL("image/png");
    image.dispatchEvent(new Event("input", { bubbles: true }));
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
    frame.dataset.drawn = "";
    line(stroke, 0);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    stroke.push(at(event));
    line(stroke, stroke.length - 2);
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, finish);
  box.querySelector("[data-clear-pad]").addEventListener("click", () => {
    strokes = [];
    image.value = "";
    delete frame.dataset.drawn;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
}
