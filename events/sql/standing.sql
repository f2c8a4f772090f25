-- How the logs of all organisations stand, in sums, for whoever watches the installation: one call, each organisation
-- bound in turn. p_audit: the effect of the night's audit, whose note is the number of its findings.
CREATE OR REPLACE FUNCTION standing(p_audit text)
RETURNS TABLE (organisations bigint, audited bigint, findings bigint, halted bigint, records bigint, unsigned bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_org uuid; v_size bigint; v_halted boolean; v_origin int; v_signed bigint; v_note text;
BEGIN
    organisations := 0; audited := 0; findings := 0; halted := 0; records := 0; unsigned := 0;
    FOR v_org IN SELECT d.org_id FROM tenant_directory d LOOP
        PERFORM set_config('app.org_id', v_org::text, true);
        SELECT h.size, h.halted IS NOT NULL, h.origin INTO v_size, v_halted, v_origin
            FROM log_heads h WHERE h.org_id = v_org;
        SELECT max(c.size) INTO v_signed FROM checkpoints c WHERE c.org_id = v_org AND c.origin = v_origin;
        SELECT e.note INTO v_note FROM effects e
            WHERE e.org_id = v_org AND e.effect_key = p_audit AND e.state IN ('done', 'waiting');
        organisations := organisations + 1;
        records := records + coalesce(v_size, 0);
        unsigned := unsigned + coalesce(v_size, 0) - coalesce(v_signed, 0);
        halted := halted + coalesce(v_halted, false)::int;
        IF v_note IS NOT NULL THEN
            audited := audited + 1;
            findings := findings + coalesce(nullif(v_note, ''), '0')::bigint;
        END IF;
    END LOOP;
    PERFORM set_config('app.org_id', '', true);
    RETURN NEXT;
END
$$;
