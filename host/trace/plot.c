// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as a picture, in SVG: for each VM what it has and what it uses of that, above them what all have together
 * and the budget.
 *
 * Nothing but text is needed for it, and whatever shows web pages shows it. Of more points than the picture is wide
 * only as many are drawn.
 */
#include "plot.h"

#define MIB (1ULL << 20)
#define WIDTH 960
#define LEFT 70
#define RIGHT 20
#define PANEL 150
#define GAP 50
#define POINTS_MAX (2 * WIDTH)

/* struct point - a number at a time */
struct point {
	u64 at_ms;
	u64 bytes;
};

/**
 * struct panel - one VM, or all together
 * @name: its title
 * @size, @used: struct point; of all together, @used is the budget
 * @top_bytes: the greatest number
 * @now_bytes: the size now, for the sum
 */
struct panel {
	char *name;
	GArray *size;
	GArray *used;
	u64 top_bytes;
	u64 now_bytes;
};

/**
 * struct plot - what is to be drawn
 * @all: all together
 * @vms: struct panel
 * @started: there was a line
 * @first_ms, @last_ms: of all lines
 */
struct plot {
	struct panel *all;
	GPtrArray *vms;
	bool started;
	u64 first_ms;
	u64 last_ms;
};

static struct panel *panel_new(const char *name)
{
	struct panel *panel = g_new0(struct panel, 1);

	panel->name = g_markup_escape_text(name, -1);
	panel->size = g_array_new(FALSE, FALSE, sizeof(struct point));
	panel->used = g_array_new(FALSE, FALSE, sizeof(struct point));
	return panel;
}

static void panel_free(void *data)
{
	struct panel *panel = data;

	g_free(panel->name);
	g_array_unref(panel->size);
	g_array_unref(panel->used);
	g_free(panel);
}

static void add(struct panel *panel, GArray *points, u64 at_ms, u64 bytes)
{
	const struct point point = { .at_ms = at_ms, .bytes = bytes };

	g_array_append_val(points, point);
	panel->top_bytes = max_u64(panel->top_bytes, bytes);
}

static struct panel *panel_of(struct plot *p, const char *name)
{
	g_autofree char *escaped = g_markup_escape_text(name, -1);
	struct panel *panel;

	for (guint i = 0; i < p->vms->len; i++) {
		panel = g_ptr_array_index(p->vms, i);
		if (!g_strcmp0(panel->name, escaped))
			return panel;
	}
	panel = panel_new(name);
	g_ptr_array_add(p->vms, panel);
	return panel;
}

static void take_report(struct plot *p, const struct trace_line *line)
{
	struct panel *panel = panel_of(p, line->name);
	const struct report *r = &line->report;
	u64 available = r->stats.available_bytes;

	if (r->size_bytes >> 63)
		return;
	panel->now_bytes = r->size_bytes;
	add(panel, panel->size, line->at_ms, r->size_bytes);
	if (r->stats.updated_s && !(available >> 63))
		add(panel, panel->used, line->at_ms, sat_sub_u64(r->size_bytes, available));
}

static void take_decide(struct plot *p, const struct trace_line *line)
{
	u64 sum = 0;

	for (guint i = 0; i < p->vms->len; i++) {
		const struct panel *panel = g_ptr_array_index(p->vms, i);

		sum = sat_add_u64(sum, panel->now_bytes);
	}
	add(p->all, p->all->size, line->at_ms, sum);
	if (!(line->host.budget_bytes >> 63))
		add(p->all, p->all->used, line->at_ms, line->host.budget_bytes);
}

/* plot_new() - an empty picture, which plot_free() ends */
struct plot *plot_new(void)
{
	struct plot *p = g_new0(struct plot, 1);

	p->all = panel_new("all VMs");
	p->vms = g_ptr_array_new_with_free_func(panel_free);
	return p;
}

/* plot_free() - NULL is fine. */
void plot_free(struct plot *p)
{
	if (!p)
		return;
	panel_free(p->all);
	g_ptr_array_unref(p->vms);
	g_free(p);
}

/* plot_take() - go on with a line; one that is earlier than the last is not drawn. */
void plot_take(struct plot *p, const struct trace_line *line)
{
	if (p->started && line->at_ms < p->last_ms)
		return;
	if (!p->started)
		p->first_ms = line->at_ms;
	p->started = true;
	p->last_ms = line->at_ms;
	if (line->kind == TRACE_REPORT)
		take_report(p, line);
	else if (line->kind == TRACE_DECIDE)
		take_decide(p, line);
	else if (line->kind == TRACE_GONE)
		panel_of(p, line->name)->now_bytes = 0;
}

/* draw_line() - one curve; with @area what is below it as well */
static void draw_line(GString *out, const struct plot *p, const struct panel *panel,
		      const GArray *points, guint y, const char *style, bool area)
{
	double across = (double)(WIDTH - LEFT - RIGHT) /
			(double)max_u64(p->last_ms - p->first_ms, 1);
	double up = (double)PANEL / (double)max_u64(panel->top_bytes, 1);
	guint step = points->len / POINTS_MAX + 1;
	double first_x = LEFT;

	if (!points->len)
		return;
	g_string_append_printf(out, "<path %s d=\"", style);
	for (guint i = 0; i < points->len; i += step) {
		const struct point *point = &g_array_index(points, struct point, i);
		double x = LEFT + (double)(point->at_ms - p->first_ms) * across;
		double high = y + PANEL - (double)point->bytes * up;

		if (!i)
			first_x = x;
		g_string_append_printf(out, i ? "H%.1fV%.1f" : "M%.1f %.1f", x, high);
	}
	if (area)
		g_string_append_printf(out, "V%u H%.1fZ", y + PANEL, first_x);
	g_string_append(out, "\"/>\n");
}

static void draw_frame(GString *out, const struct panel *panel, guint y)
{
	g_string_append_printf(out, "<text x=\"%d\" y=\"%u\" font-weight=\"bold\">%s</text>\n",
			       LEFT, y - 8, panel->name);
	g_string_append_printf(out,
			       "<path stroke=\"#888\" fill=\"none\" d=\"M%d %uv%dh%d\"/>\n"
			       "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">%llu MiB</text>\n"
			       "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">0</text>\n",
			       LEFT, y, PANEL, WIDTH - LEFT - RIGHT, LEFT - 6, y + 10,
			       panel->top_bytes / MIB, LEFT - 6, y + PANEL);
}

static void draw_vm(GString *out, const struct plot *p, const struct panel *panel, guint y)
{
	draw_frame(out, panel, y);
	draw_line(out, p, panel, panel->used, y, "fill=\"#9ecae1\" stroke=\"none\"", true);
	draw_line(out, p, panel, panel->size, y,
		  "fill=\"none\" stroke=\"#08519c\" stroke-width=\"1.5\"", false);
}

static void draw_all(GString *out, const struct plot *p, guint y)
{
	draw_frame(out, p->all, y);
	draw_line(out, p, p->all, p->all->size, y, "fill=\"#c7e9c0\" stroke=\"#238b45\"", true);
	draw_line(out, p, p->all, p->all->used, y,
		  "fill=\"none\" stroke=\"#c0392b\" stroke-dasharray=\"6 3\"", false);
}

/**
 * plot_svg() - draw it
 * @p: any
 *
 * Return: text that becomes the caller's.
 */
char *plot_svg(const struct plot *p)
{
	guint panels = p->vms->len + 1, height = GAP + panels * (PANEL + GAP);
	GString *out = g_string_new(NULL);

	g_string_append_printf(
		out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
		"viewBox=\"0 0 %d %u\" font-family=\"sans-serif\" font-size=\"13\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%d\" y=\"20\">all: what VMs have (green), budget (dashed); "
		"each: what it has (line), what it uses of that (area)</text>\n",
		WIDTH, height, WIDTH, height, LEFT);
	draw_all(out, p, GAP);
	for (guint i = 0; i < p->vms->len; i++)
		draw_vm(out, p, g_ptr_array_index(p->vms, i), GAP + (i + 1) * (PANEL + GAP));
	g_string_append_printf(out,
			       "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">%llu s</text>\n</svg>\n",
			       WIDTH - RIGHT, height - GAP + 20, (p->last_ms - p->first_ms) / 1000);
	return g_string_free(out, FALSE);
}
