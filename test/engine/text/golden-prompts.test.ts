import { textualInversion } from '../../../tools/oracle/networks/embeddings.ts'
import { promptRuleCases } from '../../../tools/oracle/text/prompt-rules.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [promptRuleCases, textualInversion])
