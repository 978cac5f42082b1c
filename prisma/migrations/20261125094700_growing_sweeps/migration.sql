-- AlterEnum
ALTER TYPE "attempt_outcome" ADD VALUE 'pruned';
ALTER TYPE "attempt_outcome" ADD VALUE 'held';

-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "end_reason" TEXT,
ADD COLUMN     "growing" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "history_version" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "skipped" JSONB;

-- AlterTable
ALTER TABLE "trial" ADD COLUMN     "proposed_by" TEXT,
ADD COLUMN     "prune_reason" TEXT;
