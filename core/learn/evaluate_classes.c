// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_classes.h"

#include "mem.h"

pt_status evaluate_classes(const struct metric_votes *v, struct class_evaluation *out,
                           struct pt_error *err)
{
    struct class_evaluation e = {.n = v->n, .n_classes = v->n_classes};
    e.accuracy = metric_accuracy(v);
    e.log_loss = metric_classes_log_loss(v);
    TRY(metric_macro_auc(v, &e.auc, err));
    e.confusion = mem_array((size_t)v->n_classes * v->n_classes, sizeof *e.confusion);
    if (e.confusion == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to judge %u classes", v->n_classes);
    }
    metric_classes_confusion(v, e.confusion);
    *out = e;
    return PT_OK;
}

void class_evaluation_release(struct class_evaluation *e)
{
    mem_free(e->confusion);
    *e = (struct class_evaluation){0};
}

void class_evaluation_json(const struct class_evaluation *e, struct json_writer *w)
{
    json_key(w, "rows");
    json_put_u64(w, e->n);
    json_key(w, "accuracy");
    json_put_f64(w, e->accuracy);
    json_key(w, "log_loss");
    json_put_f64(w, e->log_loss);
    json_key(w, "auc");
    json_put_f64(w, e->auc);
}

void class_confusion_json(const struct class_evaluation *e, const char *const *classes,
                          struct json_writer *w)
{
    json_key(w, "confusion");
    json_begin_array(w);
    for (uint32_t i = 0; i < e->n_classes; i++) {
        json_begin_object(w);
        json_key(w, "class");
        json_put_str(w, classes[i]);
        json_key(w, "guessed");
        json_begin_array(w);
        for (uint32_t j = 0; j < e->n_classes; j++) {
            json_put_u64(w, e->confusion[(size_t)i * e->n_classes + j]);
        }
        json_end_array(w);
        json_end_object(w);
    }
    json_end_array(w);
}
