-- CreateIndex
CREATE INDEX "trial_sweep_id_not_before_idx" ON "trial"("sweep_id", "not_before") WHERE "state" = 'queued' AND "not_before" IS NOT NULL;
