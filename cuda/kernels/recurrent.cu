// What a time step of a recurrent layer does besides its product. Arrays are rows of
// units, n numbers in all.

// lstmStep has the product of the last h in gates, and puts the gates i, f, g and o there.
KERNEL lstmStep(float *h, float *c, float *gates, const float *pre, const float *last, Int n, Int units) {
	Int at = here(), j;
	if (at >= n) return;
	Int k = divide(at, units, j) * 4 * units + j;
	float i = sigmoid(gates[k] + pre[k]);
	float f = sigmoid(gates[k + units] + pre[k + units]);
	float g = tanhf(gates[k + 2 * units] + pre[k + 2 * units]);
	float o = sigmoid(gates[k + 3 * units] + pre[k + 3 * units]);
	gates[k] = i, gates[k + units] = f, gates[k + 2 * units] = g, gates[k + 3 * units] = o;
	float v = f * last[at] + i * g;
	c[at] = v;
	h[at] = o * tanhf(v);
}

// lstmStepGrad adds up what reaches h: the gradients a, of the step's own output, b, of
// the last state, and of the step after. Each may be null.
KERNEL lstmStepGrad(float *dgates, float *dc, const float *gates, const float *c, const float *last, const float *a, const float *b,
	const float *after, Int n, Int units) {
	Int at = here(), j;
	if (at >= n) return;
	Int k = divide(at, units, j) * 4 * units + j;
	float dh = 0;
	if (a) dh += a[at];
	if (b) dh += b[at];
	if (after) dh += after[at];
	float i = gates[k], f = gates[k + units], g = gates[k + 2 * units], o = gates[k + 3 * units];
	float y = tanhf(c[at]);
	float d = dc[at] + dh * o * (1 - y * y);
	dgates[k] = d * g * (i * (1 - i));
	dgates[k + units] = d * last[at] * (f * (1 - f));
	dgates[k + 2 * units] = d * i * (1 - g * g);
	dgates[k + 3 * units] = dh * y * (o * (1 - o));
	dc[at] = d * f;
}

// rnnStep has the product in h.
KERNEL rnnStep(float *h, const float *pre, Int n) {
	Int i = here();
	if (i < n) h[i] = tanhf(h[i] + pre[i]);
}

// rnnStepGrad is given the gradients as lstmStepGrad is. After may be dpre.
KERNEL rnnStepGrad(float *dpre, const float *h, const float *a, const float *b, const float *after, Int n) {
	Int i = here();
	if (i >= n) return;
	float dh = 0;
	if (a) dh += a[i];
	if (b) dh += b[i];
	if (after) dh += after[i];
	dpre[i] = dh * (1 - h[i] * h[i]);
}
