// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 6: deliveries. Bodies are frozen in the run folder already; here they are sent, and each
// answer is recorded as it comes. `deliver RUN` does the same for an earlier run.
#include <portrait/sink.h>

#include "mem.h"
#include "run_state.h"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

static void say_progress(void *ctx, uint64_t finished, uint64_t total)
{
    const struct deliver_screen *screen = ctx;
    const struct run_options *options = screen->options;
    progress_count(screen->progress, finished, total);
    if (options->log != NULL && (finished == total || finished % 100 == 0)) {
        log_write(options->log, LOG_INFO, NULL, 0, "tried %llu of %llu messages",
                  (unsigned long long)finished, (unsigned long long)total);
    }
}

static struct delivery_options sending(const struct component_info *component, void *self,
                                       struct deliver_screen *screen, bool is_again)
{
    struct delivery_options send = DELIVERY_OPTIONS_INIT;
    send.sink = component->vtable;
    send.self = self;
    send.give_up_after = 8; // about a minute of a receiver that is down; the rest stays pending
    send.retry_exhausted = is_again;
    send.enable = is_again;
    send.cancelled = screen->options->signal_number;
    send.progress = say_progress;
    send.progress_ctx = screen;
    return send;
}

void step_deliver_tell(const struct run_options *options, const char *sink,
                       const struct delivery_report *report)
{
    uint64_t pending = report->pending.profiles + report->exhausted.profiles;
    if (options->log == NULL || report->last_error[0] == '\0' ||
        pending + report->rejected.profiles == 0) {
        return;
    }
    log_write(options->log, LOG_WARN, NULL, 0,
              "sink `%s`: %llu people pending, %llu rejected; last error: %s", sink,
              (unsigned long long)pending, (unsigned long long)report->rejected.profiles,
              report->last_error);
}

pt_status step_deliver(struct run *r, struct pt_error *err)
{
    if (!r->options->is_delivering) {
        return PT_OK;
    }
    struct deliver_screen screen = {r->options, &r->progress};
    for (size_t i = 0; i < r->plan->pipeline->n_sinks; i++) {
        const struct plan_sink *s = &r->plan->sinks[i];
        if (!r->sinks[i].is_frozen) {
            continue;
        }
        char *folder = run_delivery_folder(&r->folder, s->written->name);
        const struct delivery_options send = sending(s->component, s->self, &screen, false);
        progress_step(&r->progress, "deliver", s->written->name);
        pt_status status = folder == NULL ? no_memory(err)
                                          : delivery_send(folder, &send, &r->sinks[i].report, err);
        mem_free(folder);
        if (status != PT_OK) {
            return error_prefix(err, "sink `%s`", s->written->name);
        }
        step_deliver_tell(r->options, s->written->name, &r->sinks[i].report);
    }
    return PT_OK;
}

pt_status step_deliver_folder(const char *folder, const struct component_info *component,
                              void *self, struct deliver_screen *screen,
                              struct delivery_report *report, struct pt_error *err)
{
    const struct delivery_options send = sending(component, self, screen, true);
    return delivery_send(folder, &send, report, err);
}
