// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A learnt model and its personas as JSON.
#include "learned.h"
#include "segments_keep.h"

static const char *const missing_names[] = {"filled", "kept", "refused"};

static void put_str(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_put_str(w, value);
}

static void put_u64(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

static void put_f64(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

static void put_plugin(const struct learned *m, struct json_writer *w)
{
    json_key(w, "plugin");
    json_begin_object(w);
    put_str(w, "id", m->plugin_id);
    put_str(w, "version", m->plugin_version);
    put_str(w, "component", m->component);
    json_end_object(w);
}

static void put_inputs(const struct prepare *p, struct json_writer *w)
{
    json_key(w, "inputs");
    json_begin_array(w);
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct prepare_input *in = &p->inputs[i];
        json_begin_object(w);
        put_str(w, "name", in->name);
        put_str(w, "type", vec_type_name(in->type));
        json_key(w, "log1p");
        json_put_bool(w, in->log1p);
        put_str(w, "missing", missing_names[in->missing]);
        if (in->missing == PREPARE_MISSING_FILL && in->type != VEC_STR) {
            put_f64(w, "fill", in->fill);
        }
        put_u64(w, "columns", in->n_columns);
        if (in->type == VEC_STR) {
            put_u64(w, "levels", in->n_levels);
        }
        json_end_object(w);
    }
    json_end_array(w);
}

static void put_preparation(const struct learn_prepare *p, struct json_writer *w)
{
    json_key(w, "preparation");
    json_begin_object(w);
    put_str(w, "scale", prepare_scale_name(p->scale));
    put_str(w, "impute", prepare_impute_name(p->impute));
    put_str(w, "categories", prepare_categories_name(p->categories));
    json_key(w, "drop_first");
    json_put_bool(w, p->drop_first);
    json_end_object(w);
}

static void put_training(const struct learned *m, struct json_writer *w)
{
    json_key(w, "training");
    json_begin_object(w);
    put_u64(w, "rows", m->rows);
    if (m->label[0] != '\0') {
        put_str(w, "label", m->label);
        json_key(w, "classes");
        json_begin_array(w);
        for (uint32_t i = 0; i < m->n_classes; i++) {
            json_put_str(w, m->classes[i]);
        }
        json_end_array(w);
        if (m->n_classes == 2) {
            put_u64(w, "positives", m->positives);
        }
        put_u64(w, "unlabelled", m->unlabelled);
    } else {
        put_u64(w, "segments", m->n_segments);
        put_str(w, "numbered_by", m->numbering);
        if (m->kept != NULL) {
            put_u64(w, "segments_before", m->kept->n_old);
            json_key(w, "kept_ids");
            kept_segments_json(m->kept, w);
        }
    }
    put_u64(w, "seed", m->seed);
    put_str(w, "fingerprint", m->trained.fingerprint);
    put_str(w, "text", m->training_text);
    json_end_object(w);
}

// The plugin's own words, checked before they become part of ours.
static pt_status put_explain(const struct learned *m, struct json_writer *w, struct pt_error *err)
{
    struct str text = {0};
    struct json *parsed = NULL;
    pt_status status = instance_explain(&m->trained.instance, &text, err);
    if (status == PT_OK) {
        status = json_parse(str_view(&text), &parsed, err);
    }
    if (status == PT_OK && !json_is_object(parsed)) {
        status = error_set(err, PT_E_DATA, "plugin `%s` does not explain itself as a JSON object",
                           m->component);
    }
    if (status == PT_OK) {
        json_key(w, "explain");
        json_put_raw(w, text.p);
    }
    json_free(parsed);
    str_release(&text);
    return status;
}

pt_status learned_report(const struct learned *m, struct json_writer *w, struct pt_error *err)
{
    json_begin_object(w);
    put_plugin(m, w);
    put_inputs(&m->trained.prepare, w);
    put_preparation(&m->trained.prepare.settings, w);
    put_training(m, w);
    if (m->has_evaluation) {
        json_key(w, "evaluation");
        struct evaluation_texts texts = {m->test_text, m->classes};
        evaluation_json(&m->evaluation, &texts, w);
    }
    if (m->calibration.kind != LEARN_CALIBRATE_NONE) {
        json_key(w, "calibrate");
        calibrate_json(&m->calibration, w);
    }
    if (m->class_calibration.n > 0) {
        json_key(w, "calibrate");
        calibrate_classes_json(&m->class_calibration, m->classes, w);
    }
    if (m->has_drift) {
        json_key(w, "drift");
        drift_json(&m->drift, &m->reference, &m->trained.prepare, w);
    }
    TRY(put_explain(m, w, err));
    json_end_object(w);
    if (w->out->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a report");
    }
    return PT_OK;
}

static void put_trait(const struct persona_trait *t, struct json_writer *w)
{
    json_begin_object(w);
    put_str(w, "feature", t->feature);
    if (t->level != NULL) {
        put_str(w, "level", t->level);
    }
    put_f64(w, "mean", t->mean);
    put_f64(w, "mean_all", t->mean_all);
    put_f64(w, "tgi", t->tgi);
    put_f64(w, "effect", t->effect);
    json_end_object(w);
}

void personas_json(const struct personas *p, struct json_writer *w)
{
    json_begin_array(w);
    for (size_t i = 0; i < p->n; i++) {
        const struct persona *one = &p->items[i];
        json_begin_object(w);
        put_u64(w, "segment", one->segment);
        put_u64(w, "size", one->size);
        put_f64(w, "share", one->share);
        put_str(w, "words", one->words);
        json_key(w, "traits");
        json_begin_array(w);
        for (size_t j = 0; j < one->n_traits; j++) {
            put_trait(&one->traits[j], w);
        }
        json_end_array(w);
        json_end_object(w);
    }
    json_end_array(w);
}
