-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "max_trial_memory_mib" DOUBLE PRECISION;

